use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::call_files::Records;
use super::clock::today;
use super::engine::{Engine, EngineParts, Screen};
use super::feed::{Feed, FeedEvent};
use super::model::load_model;
use super::notices;
use super::retention::RecordRetention;
use super::script_files::ScriptFiles;
use super::silencing::silence_left;
use super::station_uplink::start_uplink;
use crate::config::Settings;
use crate::deliver::{Delivery, Limits};
use crate::http::{Answer, Command, Order, StationFile, StationParts, Timeouts, Token, bind, serve};
use crate::record::{MayGo, create_private_folder};
use crate::script::{Rule, Script};
use crate::transcribe::{BUNDLED_MODEL_NAME, Pool, Recognizer, TextCleaner};
use crate::uplink::{Uplink, UplinkHandle};
use crate::wire::{Hello, Moment, SituationChoice, StampedEvent};

/// How long the engine waits for sound before it looks at commands and deadlines again.
const TICK: Duration = Duration::from_millis(10);
/// Commands on their way to the engine; when it is full, whoever asks is told that the station is busy.
const COMMANDS: usize = 64;

/// Between two looks at the date.
const TIDY: Duration = Duration::from_secs(600);

/// Told of every event, for a terminal.
pub type Console = Box<dyn FnMut(&StampedEvent) + Send>;

/// What a station is made of, beside its [`Settings`].
pub struct StationPlan {
    /// What calls are held against, read again when a call starts.
    pub scripts: ScriptFiles,
    /// Where the sound comes from.
    pub feed: Feed,
    /// Plays the sample call at once, and offers to play it again.
    pub demo: bool,
    /// Stops after the first call.
    pub once: bool,
    /// A terminal to tell as well.
    pub console: Option<Console>,
    /// Told the page's address once it is served. It holds the secret: show it, do not log it.
    pub ready: Box<dyn FnOnce(&str) + Send>,
}

/// Runs a station until it is told to stop (Ctrl-C, or a terminate signal), or its one call is over.
///
/// # Errors
/// Whatever keeps it from starting, each error with its mend: a damaged model, a port in use, a data folder that cannot
/// be written.
pub fn run_station(settings: &Settings, plan: StationPlan) -> anyhow::Result<()> {
    let StationPlan { scripts, feed, demo, once, console, ready } = plan;
    create_private_folder(&settings.data)?;
    // The model keeps the vocabulary of this script for as long as the station runs; it is a hint to it and no rule.
    let script = Arc::clone(&scripts.standing().script);
    let model = load_model(&settings.transcribe, None, Some(&script.vocabulary()))?;
    let recognizers = (0..settings.transcribe.worker_count().get())
        .map(|_| model.recognizer().map(|one| Box::new(one) as Box<dyn Recognizer>))
        .collect::<Result<Vec<_>, _>>()?;
    let runner = Pool::start(recognizers, Arc::new(TextCleaner::new()))?;
    let folder = settings.record.folder.clone();
    let records = (settings.record.enabled || settings.floor.is_some()).then_some(Records {
        folder,
        audio: settings.record.enabled,
        masks: settings.privacy.mask,
    });
    let keep_days = settings.record.keep_days;
    let may_go = if settings.floor.is_some() { MayGo::OldAndConfirmed } else { MayGo::Old };
    let mut retention =
        records.as_ref().map(|records| RecordRetention::new(records.folder.clone(), keep_days, may_go));
    let unconfirmed = retention.as_mut().and_then(|retention| retention.on(today())).unwrap_or(0);
    if let Some(Records { folder, .. }) = &records {
        // Before anything of it is sent.
        silence_left(folder);
    }
    let agent = settings.agent.as_ref().map_or("1024", |agent| agent.as_str()).to_owned();
    let hello = hello(settings, &script, demo, &agent);
    let delivery = Delivery::new(hello.clone(), Limits::default());
    if unconfirmed > 0 {
        delivery.moment(&notices::records_pile_up(unconfirmed, keep_days));
    }
    let tidy = retention.map(|retention| tidy(retention, delivery.clone()));
    let files = Arc::new(scripts.reader());
    let uplink = start_uplink(settings, &scripts, &hello, delivery.clone())?;
    let handle = uplink.as_ref().map(Uplink::handle);
    let screen = PagesAndConsole { delivery: delivery.clone(), hello, console, uplink: handle.clone() };
    let parts = EngineParts {
        scripts,
        agent,
        runner: Box::new(runner),
        partial_interval_ms: settings.transcribe.partial_interval_ms,
        records,
        uplink: handle,
        masks: settings.privacy.mask,
        auto_start: settings.station.auto_start.clone(),
    };
    let (commands, orders) = mpsc::channel(COMMANDS);
    let desk = Desk { engine: Engine::new(parts, screen), feed, orders, once, demo };
    let station =
        StationParts { delivery, commands, token: Token::random()?, timeouts: Timeouts::default(), files };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(async {
        // Ends with the runtime.
        tidy.map(tokio::spawn);
        serve_desk(settings, desk, station, ready).await
    });
    if let Some(uplink) = uplink {
        uplink.stop();
    }
    served
}

/// Removes old records day by day, however long the station runs.
async fn tidy(mut retention: RecordRetention, delivery: Delivery) {
    let days = retention.days;
    let mut look = interval(TIDY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let looked = tokio::task::spawn_blocking(move || {
            let unconfirmed = retention.on(today());
            (retention, unconfirmed)
        });
        let Ok((back, unconfirmed)) = looked.await else { return };
        retention = back;
        if let Some(unconfirmed) = unconfirmed {
            delivery.moment(&notices::records_pile_up(unconfirmed, days));
        }
    }
}

async fn serve_desk(
    settings: &Settings,
    desk: Desk,
    station: StationParts,
    ready: Box<dyn FnOnce(&str) + Send>,
) -> anyhow::Result<()> {
    let listener = bind(settings.station.listen.socket()).await?;
    let address: SocketAddr = listener.local_addr()?;
    let _file = StationFile::write(&settings.data.join("station.json"), address, &station.token)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (over, ended) = tokio::sync::oneshot::channel();
    let engine = desk.start(Arc::clone(&stop), over)?;
    ready(&station.token.page_url(address));
    serve(listener, station, async {
        tokio::select! {
            () = told_to_stop() => {}
            _ = ended => {}
        }
    })
    .await?;
    stop.store(true, Ordering::Relaxed);
    engine.join().map_err(|_| anyhow::anyhow!("the engine stopped by a defect; please report it"))?;
    Ok(())
}

/// Ctrl-C, or the signal by which a service manager stops a program.
pub(super) async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// The engine's thread: everything that comes to it, in turn.
struct Desk {
    engine: Engine<PagesAndConsole>,
    feed: Feed,
    orders: mpsc::Receiver<Order>,
    once: bool,
    demo: bool,
}

impl Desk {
    fn start(
        mut self,
        stop: Arc<AtomicBool>,
        over: tokio::sync::oneshot::Sender<()>,
    ) -> io::Result<JoinHandle<()>> {
        thread::Builder::new().name("engine".to_owned()).spawn(move || {
            if self.demo {
                self.feed.play();
            }
            let mut had_call = false;
            while !stop.load(Ordering::Relaxed) {
                self.turn();
                had_call |= self.engine.in_call();
                if self.once && had_call && !self.engine.in_call() {
                    break;
                }
            }
            self.engine.stop();
            // Nobody may be waiting any more.
            let _ = over.send(());
        })
    }

    fn turn(&mut self) {
        match self.feed.next(TICK) {
            Some(FeedEvent::Capture(event)) => self.engine.capture(event),
            Some(FeedEvent::CallStarts { ring_ms }) => self.engine.start(Some(ring_ms), None),
            Some(FeedEvent::CallEnds { by }) => self.engine.end(by),
            None => self.engine.work(),
        }
        while let Ok(order) = self.orders.try_recv() {
            let answer = self.answer(order.command.clone());
            order.answer(answer);
        }
    }

    fn answer(&mut self, command: Command) -> Answer {
        if command == Command::PlayAgain {
            self.feed.play();
        }
        self.engine.command(command)
    }
}

/// The pages, and a terminal if there is one.
struct PagesAndConsole {
    delivery: Delivery,
    hello: Hello,
    console: Option<Console>,
    uplink: Option<UplinkHandle>,
}

impl Screen for PagesAndConsole {
    fn event(&mut self, event: &StampedEvent) {
        self.delivery.event(event);
        if let Some(console) = &mut self.console {
            console(event);
        }
    }

    fn moment(&mut self, moment: Moment) {
        // Running words go there from the engine, masked.
        if let Some(uplink) = self.uplink.as_ref().filter(|_| !matches!(moment, Moment::Partial { .. })) {
            uplink.moment(&moment);
        }
        self.delivery.moment(&moment);
    }

    fn script(&mut self, script: &Script, text_sha256: &str) {
        if let Some(uplink) = &self.uplink {
            uplink.script(&script.name, text_sha256);
        }
        self.hello.script.clone_from(&script.name);
        self.hello.situations = situations(script);
        self.delivery.moment(&Moment::Hello(self.hello.clone()));
    }
}

/// What the agent can declare: all that has words to say.
fn situations(script: &Script) -> Vec<SituationChoice> {
    let choice = |rule: &Rule| SituationChoice {
        rule: rule.id.get_ref().clone(),
        title: rule.title.clone(),
        declared_only: rule.declared_only,
    };
    script.rules.iter().filter(|rule| !rule.say.is_empty()).map(choice).collect()
}

fn hello(settings: &Settings, script: &Script, demo: bool, agent: &str) -> Hello {
    let model = settings.transcribe.model.as_ref().and_then(|path| path.file_stem());
    let model = model.map_or(BUNDLED_MODEL_NAME.to_owned(), |name| name.to_string_lossy().into_owned());
    Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        agent: agent.to_owned(),
        script: script.name.clone(),
        model: Some(model),
        call: None,
        situations: situations(script),
        demo,
    }
}
