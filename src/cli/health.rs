//! `callcue devices` and `callcue doctor` on this machine: what they ask is here, how they judge is beside.

use std::io;
use std::process::ExitCode;

use super::files::{load_assessment, load_script};
use super::station::{SettingsArgs, environment};
use super::{devices as device_table, doctor as examination};
use crate::app::load_model;
use crate::capture::list_devices;
use crate::cli::doctor::{Finding, LocalMachine};
use crate::config::Settings;
use crate::transcribe::BUNDLED_MODEL_NAME;
use crate::uplink::{FloorAccess, FloorProbe, probe_floor};

/// Difference of clocks from which on calls stand at a wrong time on the floor, s.
const CLOCK_OFF_S: i64 = 60;

/// Options of `callcue devices`.
#[derive(Debug, clap::Args)]
pub(super) struct DevicesArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Options of `callcue doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn devices(args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load()?;
    device_table::run(&settings.capture, args.json, &mut io::stdout().lock())
}

pub(super) fn doctor(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let machine = LocalMachine {
        flags: args.settings.flags(),
        environment: environment(),
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        sound: Box::new(sound),
        model: Box::new(model),
        script: Box::new(script),
        floor: Box::new(floor),
    };
    Ok(ExitCode::from(examination::run(&machine, args.json, &mut io::stdout().lock())?))
}

fn sound(settings: &Settings) -> Finding {
    match list_devices(&settings.capture) {
        Err(error) => {
            Finding::fail(error.to_string(), "start a sound server (PulseAudio or PipeWire), then try again")
        }
        Ok(listing) if listing.missing.is_empty() => Finding::ok(format!(
            "{}: {} devices, agent and customer found",
            listing.host,
            listing.devices.len()
        )),
        Ok(listing) => Finding::fail(
            format!("{}: no device for {}", listing.host, listing.missing.join(" and ")),
            "plug the headset in, or name its devices under [capture]; `callcue devices` lists them",
        ),
    }
}

fn model(settings: &Settings) -> Finding {
    match load_model(&settings.transcribe, None, None) {
        Err(error) => {
            Finding::fail(error.to_string(), "set [transcribe] model, or leave it out for the bundled one")
        }
        Ok(_) if settings.transcribe.model.is_none() => Finding::warn(
            format!("{BUNDLED_MODEL_NAME}: it has heard synthetic voices only"),
            "for real calls take a published model: `callcue model list`, `get` and `use`",
        ),
        Ok(_) => Finding::ok("loaded"),
    }
}

fn script(settings: &Settings) -> Finding {
    if let Err(error) = load_assessment(settings.script.assessment.as_deref()) {
        return Finding::fail(
            format!("{error:#}"),
            "mend the assessment standard, or take `script.assessment` out of the configuration",
        );
    }
    match load_script(settings.script.path.as_deref()) {
        Err(error) => Finding::fail(
            format!("{error:#}"),
            "mend the script file; `callcue script check` names every mistake",
        ),
        Ok(script) => Finding::ok(format!("{}, {} rules", script.name, script.rules.len())),
    }
}

/// A station that cannot reach its floor works, and sends later; one whose settings of it are wrong does not start.
fn floor(settings: &Settings) -> Finding {
    let Some(floor) = &settings.floor else { return Finding::ok("none: this station works alone") };
    let access = match FloorAccess::open(floor) {
        Ok(access) => access,
        Err(error) => {
            return Finding::fail(error.to_string(), "mend it, or take [floor] out of the configuration");
        }
    };
    match probe_floor(&access, jiff::Timestamp::now) {
        Err(error) => Finding::warn(error.to_string(), error.mend),
        Ok(FloorProbe { clock_ahead_s: Some(ahead) }) if ahead.abs() >= CLOCK_OFF_S => Finding::warn(
            format!("{} takes this station's token, but its clock differs by {ahead} s", access.url()),
            "set both clocks by a time server (NTP)",
        ),
        Ok(_) => Finding::ok(format!("{} takes this station's token", access.url())),
    }
}
