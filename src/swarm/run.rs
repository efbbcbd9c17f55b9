use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::audience::{self, Watch};
use super::clock::Clock;
use super::comparison::Comparison;
use super::crew;
use super::endpoint::Endpoint;
use super::fleet::{Order, Seat, run_stations};
use super::floor_process::{FloorProcess, Usage, own_usage};
use super::follower::Follower;
use super::histogram::Histogram;
use super::interruption::Interruption;
use super::journals::StationJournals;
use super::player::Repertoire;
use super::report::Report;
use super::sends::Sends;
use super::station::Station;
use crate::store::{Store, StoreError, StoreFault};
use crate::wire::{StampedEvent, StationHello};

/// Stations that come in one second, at most.
const ARRIVALS_PER_S: usize = 200;
/// What the floor still has to get when the stations have stopped must have come by then.
const SETTLE_MAX: Duration = Duration::from_secs(120);
/// And so long the leads go on to look after that: many times what a frame takes.
const DELIVER_TIME: Duration = Duration::from_secs(2);
/// Open files beside the sockets.
const FILES_SPARE: u64 = 256;

/// What a swarm is to do.
pub struct Plan {
    /// Simulated stations.
    pub stations: usize,
    /// Leads that watch all of them.
    pub leads: usize,
    /// Leads that connect and never read.
    pub frozen_leads: usize,
    /// From the first arrival to the measurement. Stations and their first calls come in the first half of it, so that not all
    /// greet at once; it is made longer where there are too many.
    pub warm_up: Duration,
    /// Length of the measurement.
    pub measured: Duration,
    /// What is played.
    pub repertoire: Arc<Repertoire>,
    /// What a station says of itself; its agent is replaced.
    pub hello: StationHello,
    /// Folder of journals; none: they are in memory.
    pub journals: Option<PathBuf>,
    /// The floor.
    pub floor: Floor,
}

/// Which floor.
pub enum Floor {
    /// One of its own in this folder, which must not hold one yet.
    Own(PathBuf),
    /// One that runs already, on this machine.
    Running {
        /// Where it, or a proxy before it, takes connections.
        url: String,
        /// Certificates to trust instead of the machine's own, PEM.
        authorities: Option<PathBuf>,
        /// Its data folder: stations are enrolled and events compared there.
        data: PathBuf,
    },
}

/// Runs a swarm to its end, and holds what the floor has against what the stations wrote.
///
/// # Errors
/// What kept it from running, or that it was told to stop: then the floor of its own has ended. Lost events are no error but part of the report.
pub fn run(plan: &Plan) -> anyhow::Result<Report> {
    allow_files((plan.stations + plan.leads + plan.frozen_leads) as u64 + FILES_SPARE)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut interruption = {
        let _inside = runtime.enter();
        Interruption::await_it()?
    };
    let data = match &plan.floor {
        Floor::Own(data) | Floor::Running { data, .. } => data,
    };
    let store = crew::open_store(data)?;
    let seats = seats(plan, store.as_ref())?;
    let leads = plan.leads + plan.frozen_leads;
    let logins = crew::make_leads(store.as_ref(), leads, plan.stations)?;
    drop(store);
    let (process, endpoint) = match &plan.floor {
        Floor::Own(data) => {
            let process = FloorProcess::start(data)?;
            let endpoint = Endpoint::new(&process.url, None)?;
            (Some(process), endpoint)
        }
        Floor::Running { url, authorities, .. } => (None, Endpoint::new(url, authorities.as_deref())?),
    };
    let measured = async {
        let (mut cookies, clock) = (Vec::new(), Clock::start());
        for login in &logins {
            cookies.push(audience::log_in(&endpoint, login, clock).await?);
        }
        measure(plan, seats, cookies, endpoint, process.as_ref()).await
    };
    let measured_or_stopped = async {
        tokio::select! {
            measured = measured => measured,
            () = interruption.came() => bail!("the swarm was told to stop; nothing was compared"),
        }
    };
    let (mut report, stations) = tokio::task::LocalSet::new().block_on(&runtime, measured_or_stopped)?;
    process.map(FloorProcess::stop).transpose()?;
    compare(&stations, data, &mut report)?;
    Ok(report)
}

fn seats(plan: &Plan, store: &dyn Store) -> anyhow::Result<Vec<Seat>> {
    let enrolled = crew::enrol_stations(store, plan.stations, Clock::wall_ms())?;
    let ramp = ramp(plan);
    let seat = |(place, enrolled): (usize, crew::Enrolled)| {
        let repertoire = Arc::clone(&plan.repertoire);
        let journals = match &plan.journals {
            None => StationJournals::in_memory(repertoire),
            Some(folder) => {
                StationJournals::in_folder(repertoire, &folder.join(format!("{:04}", place + 1)))?
            }
        };
        let hello = StationHello { agent: enrolled.agent, ..plan.hello.clone() };
        let begins = ramp.mul_f64(place as f64 / plan.stations as f64);
        let station = Station::new(&plan.repertoire, place, hello, journals, begins);
        Ok(Seat { station, token: enrolled.token })
    };
    enrolled.into_iter().enumerate().map(seat).collect()
}

/// How long stations arrive.
fn ramp(plan: &Plan) -> Duration {
    Duration::from_secs_f64(plan.stations as f64 / ARRIVALS_PER_S as f64).max(plan.warm_up / 2)
}

/// From the first arrival until everything has come, or it is clear that it will not.
async fn measure(
    plan: &Plan,
    seats: Vec<Seat>,
    cookies: Vec<String>,
    endpoint: Endpoint,
    process: Option<&FloorProcess>,
) -> anyhow::Result<(Report, Vec<Station>)> {
    let begin = ramp(plan) + plan.warm_up / 2;
    let window = begin..begin + plan.measured;
    let sends = Arc::new(Sends::new(plan.stations, &window));
    let clock = Clock::start();
    let (leave, leaving) = watch::channel(false);
    let shared = Rc::new(Watch::new(endpoint.clone(), clock, Arc::clone(&sends)));
    let mut leads = JoinSet::new();
    for (place, cookie) in cookies.into_iter().enumerate() {
        if place < plan.leads {
            leads.spawn_local(audience::look(Rc::clone(&shared), cookie, leaving.clone()));
        } else {
            tokio::task::spawn_local(audience::freeze(Rc::clone(&shared), cookie, leaving.clone()));
        }
    }
    let idle = process.map(FloorProcess::usage).unwrap_or_default();
    let (order, orders) = watch::channel(Order::Play);
    let thread_sends = Arc::clone(&sends);
    let fleet = std::thread::Builder::new()
        .name("swarm-stations".to_owned())
        .spawn(move || run_stations(seats, endpoint, clock, thread_sends, orders))?;

    sleep_until(clock.at(window.start)).await;
    let (floor_before, own_before) = (process.map(FloorProcess::usage).unwrap_or_default(), own_usage());
    let mut rss_kib = floor_before.rss_kib;
    while clock.now() < window.end {
        sleep_until(clock.at((clock.now() + Duration::from_secs(1)).min(window.end))).await;
        rss_kib = rss_kib.max(process.map(FloorProcess::usage).unwrap_or_default().rss_kib);
    }
    let (floor_after, own_after) = (process.map(FloorProcess::usage).unwrap_or_default(), own_usage());

    let stations = settle(fleet, &order, clock).await?;
    let delays = gather(leads, &leave, clock).await?;
    let seconds = plan.measured.as_secs_f64().max(f64::MIN_POSITIVE);
    let cpu_s = |before: Usage, after: Usage| ((after.cpu_s - before.cpu_s) * 100.0).round() / 100.0;
    let floor_cpu_s = cpu_s(floor_before, floor_after);
    let report = Report {
        stations: plan.stations,
        leads: plan.leads,
        frozen_leads: plan.frozen_leads,
        seconds: plan.measured.as_secs(),
        seed: plan.repertoire.seed,
        events_per_s: sends.counted() as f64 / seconds,
        unkept: stations.iter().map(Station::unkept).sum(),
        p50_ms: delays.quantile_ms(0.5),
        p99_ms: delays.quantile_ms(0.99),
        max_ms: delays.max_ms(),
        deliveries: delays.count(),
        undelivered: (sends.counted() * plan.leads as u64).saturating_sub(delays.count()),
        floor_rss_kib: rss_kib,
        floor_idle_rss_kib: idle.rss_kib,
        floor_kib_per_station: rss_kib.saturating_sub(idle.rss_kib) as f64 / plan.stations.max(1) as f64,
        floor_cpu_s,
        floor_cores: floor_cpu_s / seconds,
        swarm_cpu_s: cpu_s(own_before, own_after),
        ..Report::default()
    };
    Ok((report, stations))
}

/// Lets the stations finish, and takes them back.
async fn settle(
    fleet: JoinHandle<anyhow::Result<Vec<Station>>>,
    order: &watch::Sender<Order>,
    clock: Clock,
) -> anyhow::Result<Vec<Station>> {
    order.send_replace(Order::Settle);
    let until = clock.now() + SETTLE_MAX;
    while !fleet.is_finished() {
        if clock.now() >= until {
            order.send_replace(Order::Leave);
        }
        sleep_until(clock.at(clock.now() + Duration::from_millis(50))).await;
    }
    fleet.join().map_err(|_| anyhow!("the thread of the stations has failed"))?
}

/// Gives the leads time to see what was stored last, and adds up what they saw.
async fn gather(
    mut leads: JoinSet<anyhow::Result<Follower>>,
    leave: &watch::Sender<bool>,
    clock: Clock,
) -> anyhow::Result<Histogram> {
    if !leads.is_empty() {
        sleep_until(clock.at(clock.now() + DELIVER_TIME)).await;
    }
    leave.send_replace(true);
    let mut delays = Histogram::default();
    while let Some(lead) = leads.join_next().await {
        delays.merge(lead.context("a simulated lead has failed")??.delays());
    }
    Ok(delays)
}

/// Holds the store against the journals, and lets it check itself.
fn compare(stations: &[Station], data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let store = crew::open_store(data)?;
    let stored = |call: &str| -> Result<Vec<StampedEvent>, StoreError> {
        match store.events(call, 0, u32::MAX) {
            Err(StoreError { fault: StoreFault::Missing(_), .. }) => Ok(Vec::new()),
            events => events,
        }
    };
    let mut comparison = Comparison::default();
    for station in stations {
        comparison.add(station.journals(), stored)?;
    }
    report.calls = comparison.calls;
    report.events = comparison.events;
    report.lost = comparison.lost;
    report.duplicated = comparison.duplicated;
    report.reordered = comparison.reordered;
    report.changed = comparison.changed + comparison.invented;
    report.faults = comparison.faults;
    report.faults.extend(store.verify()?);
    Ok(())
}

/// Raises the soft limit of open files as far as it is needed; the floor that is started inherits it.
fn allow_files(wanted: u64) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < wanted) {
            if limit.maximum.is_some_and(|maximum| maximum < wanted) {
                bail!(
                    "{wanted} open files are needed and this machine allows {}; raise it with `ulimit -Hn {wanted}` as root, or take fewer stations",
                    limit.maximum.unwrap_or_default()
                );
            }
            setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum })?;
        }
    }
    Ok(())
}
