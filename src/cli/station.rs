use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;

use super::print::print_event;
use crate::app::{Console, Feed, SamplePlayer, ScriptFiles, StandardPaths, StationPlan, run_station};
use crate::capture::Capture;
use crate::config::{Environment, Flags, Settings, load};
use crate::wire::StampedEvent;

/// Where settings come from; flags win over environment, environment over file.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SettingsArgs {
    /// Configuration file [default: ~/.config/callcue/callcue.toml, if it is there; CALLCUE_CONFIG].
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Data folder [default: ~/.local/share/callcue; CALLCUE_DATA].
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// What is logged, such as info or callcue=debug [default: info; CALLCUE_LOG].
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

impl SettingsArgs {
    pub(super) fn flags(&self) -> Flags {
        Flags { config: self.config.clone(), data: self.data.clone(), log: self.log.clone() }
    }

    /// Reads the settings, and starts the log as they say.
    pub(super) fn load(&self) -> anyhow::Result<Settings> {
        let settings = load(&self.flags(), &environment())?;
        // cpal's client of PulseAudio calls every normal goodbye an error, and whisper.cpp has much to say about itself.
        let filter = format!("{},pulseaudio=off,whisper_rs=warn", settings.log.filter.as_str());
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
        Ok(settings)
    }
}

pub(super) fn environment() -> Environment {
    Environment::read(|name| std::env::var_os(name))
}

/// Options of `callcue run`.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Options of `callcue demo`.
#[derive(Debug, clap::Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// End with the call, instead of waiting for it to be played again.
    #[arg(long)]
    once: bool,
    /// Print the events as JSON Lines.
    #[arg(long)]
    json: bool,
    /// Do not open the browser.
    #[arg(long)]
    no_browser: bool,
    /// Port of the screen; 0 takes a free one [default: the configuration's].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

pub(super) fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    let capture =
        Capture::start(&settings.capture).context("sound cannot be captured; see `callcue devices`")?;
    let open_browser = settings.station.open_browser;
    let plan = StationPlan {
        scripts: scripts(&settings)?,
        feed: Feed::Devices(capture),
        demo: false,
        once: false,
        console: None,
        ready: Box::new(move |url| show_address(url, open_browser)),
    };
    run_station(&settings, plan)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn demo(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let mut settings = args.settings.load()?;
    if let Some(port) = args.port {
        settings.station.listen = format!("127.0.0.1:{port}").as_str().try_into()?;
    }
    let open_browser = settings.station.open_browser && !args.no_browser;
    let quiet = args.json;
    let plan = StationPlan {
        scripts: scripts(&settings)?,
        feed: Feed::Sample(
            SamplePlayer::start(&settings.data).context("the sample call cannot be unpacked")?,
        ),
        demo: true,
        once: args.once,
        console: Some(console(args.json)),
        ready: Box::new(move |url| {
            if !quiet {
                show_address(url, open_browser);
            }
        }),
    };
    run_station(&settings, plan)?;
    if !args.json {
        say(&format!("录音和记录在 {}", settings.record.folder.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The script and the standard that the settings name, for the company that they name.
fn scripts(settings: &Settings) -> anyhow::Result<ScriptFiles> {
    ScriptFiles::open(StandardPaths {
        script: settings.script.path.clone(),
        assessment: settings.script.assessment.clone(),
        company: settings.company.clone(),
    })
}

/// Prints what happens; a terminal that is gone stops nothing.
fn console(json: bool) -> Console {
    Box::new(move |stamped: &StampedEvent| {
        let mut out = io::stdout().lock();
        let _ = if json {
            serde_json::to_writer(&mut out, stamped)
                .map_err(io::Error::from)
                .and_then(|()| out.write_all(b"\n"))
        } else {
            print_event(&stamped.event, &mut out)
        };
    })
}

/// Tells the agent where the screen is, and opens it if asked and possible.
fn show_address(url: &str, open_browser: bool) {
    show_page("坐席屏幕 (agent's screen)", url, open_browser);
    // The pages of one station share its secret.
    say(&format!("试话术 (script page): {}\nCtrl-C 结束", url.replacen("/#", "/script.html#", 1)));
}

/// Tells where a page is, and opens it if asked and possible.
pub(super) fn show_page(name: &str, url: &str, open_browser: bool) {
    say(&format!("{name}: {url}"));
    if open_browser && (cfg!(not(target_os = "linux")) || std::env::var_os("DISPLAY").is_some()) {
        let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        // Where there is no such program the address above is enough.
        let _ = Command::new(opener)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
