use std::sync::Arc;

use super::clock::wall_now;
use super::script_files::ScriptFiles;
use crate::config::Settings;
use crate::deliver::Delivery;
use crate::uplink::{FloorAccess, Uplink, UplinkPlan, Waits};
use crate::wire::{Hello, StationHello};

/// Starts the uplink, if the settings name a floor.
///
/// # Errors
/// A token or an authority that cannot be read, each with its mend. A floor that is away is none.
pub(super) fn start_uplink(
    settings: &Settings,
    scripts: &ScriptFiles,
    hello: &Hello,
    delivery: Delivery,
) -> anyhow::Result<Option<Uplink>> {
    let Some(floor) = &settings.floor else { return Ok(None) };
    let hello = StationHello {
        version: hello.version.clone(),
        agent: hello.agent.clone(),
        script: hello.script.clone(),
        script_sha256: scripts.standing().script_sha256.clone(),
        model: hello.model.clone(),
    };
    let plan = UplinkPlan {
        access: FloorAccess::open(floor)?,
        hello,
        calls: settings.record.folder.clone(),
        waits: Waits::default(),
        // Chance is for the sake of the floor; a station without any may come back with the others.
        seed: getrandom::u64().unwrap_or_else(|_| std::process::id().into()),
        tell: Arc::new(move |moment| delivery.moment(&moment)),
        wall_now,
    };
    Ok(Some(Uplink::start(plan)?))
}
