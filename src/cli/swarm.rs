use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use sha2::{Digest, Sha256};

use super::files::{load_assessment, load_script, unreadable};
use crate::hex;
use crate::monitor::Timeline;
use crate::score::Assessment;
use crate::script::{BUNDLED, Script};
use crate::swarm::{Floor, Pace, Plan, Repertoire, Report, Tape, run as run_swarm};
use crate::wire::StationHello;

/// The sample call of `callcue demo`.
static SAMPLE_CALL: &[u8] = include_bytes!("../../config/demo/call.jsonl");

/// Options of `callcue swarm`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Simulated stations, all of them in a call almost all of the time.
    #[arg(long, value_name = "N", default_value_t = 100)]
    stations: usize,
    /// Simulated leads, each of whom watches all stations.
    #[arg(long, value_name = "M", default_value_t = 10)]
    leads: usize,
    /// Leads besides who connect and never read, like a page that is frozen.
    #[arg(long, value_name = "F", default_value_t = 0)]
    frozen: usize,
    /// How long is measured, s, after all stations have come.
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u64,
    /// How long before that, s, at least.
    #[arg(long, value_name = "S", default_value_t = 15)]
    warm_up: u64,
    /// Events a second of each station.
    #[arg(long, value_name = "R", default_value_t = 2.0)]
    rate: f64,
    /// Which calls in which order.
    #[arg(long, value_name = "K", default_value_t = 1)]
    seed: u64,
    /// Folder of timelines (.jsonl) to play [default: the calls that come with callcue].
    #[arg(long, value_name = "DIR")]
    timelines: Option<PathBuf>,
    /// Keep the stations' journals as files in this folder. Calls found there are sent, too [default: in memory].
    #[arg(long, value_name = "DIR")]
    journals: Option<PathBuf>,
    /// A floor that runs on this machine, or a proxy before it, such as http://127.0.0.1:7300
    /// [default: one of its own, in a temporary folder].
    #[arg(long, value_name = "URL", requires = "data")]
    floor: Option<String>,
    /// The data folder of that floor: stations are enrolled and events compared there.
    #[arg(long, value_name = "DIR", requires = "floor")]
    data: Option<PathBuf>,
    /// Certificates to trust instead of the machine's own, for an https floor (PEM).
    #[arg(long, value_name = "PATH", requires = "floor")]
    ca: Option<PathBuf>,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    json: bool,
}

/// Exit 0: the floor has exactly what the stations wrote; 1: it has not.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.stations == 0 || !(args.rate.is_finite() && args.rate > 0.0) {
        bail!("--stations and --rate must be more than 0");
    }
    let own = own_folder();
    let report = run_swarm(&plan(args, &own)?);
    // Left behind, it is a few megabytes in a folder for that.
    let _ = fs::remove_dir_all(&own);
    let report = report?;
    print(&report, args.json)?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plan(args: &Args, own: &Path) -> anyhow::Result<Plan> {
    let script = Arc::new(load_script(None)?);
    let assessment = Arc::new(load_assessment(None)?);
    let tapes = match &args.timelines {
        None => Tape::bundled(SAMPLE_CALL, &script, &assessment)?,
        Some(folder) => tapes(folder, &script, &assessment)?,
    };
    let floor = match (&args.floor, &args.data) {
        (Some(url), Some(data)) => {
            Floor::Running { url: url.clone(), authorities: args.ca.clone(), data: data.clone() }
        }
        _ => Floor::Own(own.to_owned()),
    };
    Ok(Plan {
        stations: args.stations,
        leads: args.leads,
        frozen_leads: args.frozen,
        warm_up: Duration::from_secs(args.warm_up),
        measured: Duration::from_secs(args.seconds),
        repertoire: Arc::new(Repertoire {
            tapes,
            pace: Pace::Rate(args.rate),
            seed: args.seed,
            run: format!("{:08x}", getrandom::u32()?),
        }),
        hello: StationHello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            agent: String::new(),
            script: script.name.clone(),
            script_sha256: hex::digits(&Sha256::digest(BUNDLED.as_bytes())),
            model: None,
        },
        journals: args.journals.clone(),
        floor,
    })
}

/// All timelines of a folder, by name.
fn tapes(folder: &Path, script: &Arc<Script>, assessment: &Arc<Assessment>) -> anyhow::Result<Vec<Tape>> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    if paths.is_empty() {
        bail!("{}: there is no timeline (.jsonl) in it", folder.display());
    }
    let tape = |path: &PathBuf| {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let timeline = Timeline::parse(&bytes, script).map_err(|bad| anyhow!("{}: {bad}", path.display()))?;
        Ok(Tape::record(&timeline, script, assessment))
    };
    paths.iter().map(tape).collect()
}

/// A folder for the floor of this run; made when the floor is.
fn own_folder() -> PathBuf {
    let chance = getrandom::u32().unwrap_or_else(|_| std::process::id());
    std::env::temp_dir().join(format!("callcue-swarm-{chance:08x}"))
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn print(report: &Report, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        println!("{}", serde_json::to_string(report).context("the report cannot be written")?);
    } else {
        print!("{report}");
    }
    Ok(())
}
