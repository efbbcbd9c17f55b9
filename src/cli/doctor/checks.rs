use std::io;
use std::net::SocketAddr;
use std::path::Path;

use crate::config::{ConfigError, Settings};

use super::machine::{Browser, CpuFeature, Folder, Machine};
use super::report::{Check, Finding, Report};

/// Below this, recording will fail within the half hour: a call takes 64 kB a second.
pub const FREE_BYTES_MIN: u64 = 100_000_000;

/// Below this, a shift of eight hours of calls (1.84 GB) does not fit.
pub const FREE_BYTES_WARN: u64 = 2_000_000_000;

const GIGABYTE: f64 = 1e9;

/// Asks the machine everything and judges the answers.
pub fn examine(machine: &impl Machine) -> Report {
    let mut checks = Vec::new();
    let mut add = |name, finding| checks.push(Check { name, finding });
    add("processor", processor(&machine.missing_cpu_features()));
    let settings = machine.settings();
    add("configuration", configuration(&settings));
    match &settings {
        Ok(settings) => {
            add("data folder", folder(&settings.data, machine.try_folder(&settings.data)));
            if settings.record.enabled && !settings.record.folder.starts_with(&settings.data) {
                add(
                    "record folder",
                    folder(&settings.record.folder, machine.try_folder(&settings.record.folder)),
                );
            }
            let address = settings.station.listen.socket();
            add("port", port(address, machine.try_listen(address)));
            add("sound", machine.sound(settings));
            add("model", machine.model(settings));
            add("script", machine.script(settings));
            if settings.floor.is_some() {
                add("floor", machine.floor(settings));
            }
        }
        Err(_) => {
            for name in ["data folder", "port", "sound", "model", "script"] {
                add(name, Finding::warn("not checked", "mend the configuration first"));
            }
        }
    }
    add("browser", browser(machine.browser()));
    Report::new(checks)
}

fn processor(missing: &[CpuFeature]) -> Finding {
    if missing.is_empty() {
        return Finding::ok("has all that speech recognition is built for");
    }
    let names: Vec<_> = missing.iter().map(|feature| feature.0).collect();
    Finding::fail(
        format!("lacks {}", names.join(", ")),
        "use a machine with a processor of 2014 or later, or build callcue on this one; in a virtual machine, pass \
         the host's processor through (CPU type \"host\")",
    )
}

fn configuration(settings: &Result<Settings, ConfigError>) -> Finding {
    match settings {
        Err(error @ ConfigError::Mistake { .. }) => {
            Finding::fail(error.to_string(), "correct that line; config/callcue.toml shows every setting")
        }
        Err(error) => Finding::fail(error.to_string(), "correct it, or take it away to get the defaults"),
        Ok(settings) if settings.agent.is_none() => Finding::warn(
            "valid, but names no agent",
            "set agent = \"…\", unless the telephony gives the number with every call",
        ),
        Ok(_) => Finding::ok("valid"),
    }
}

fn folder(path: &Path, tried: io::Result<Folder>) -> Finding {
    let shown = path.display();
    let Folder { free_bytes } = match tried {
        Ok(folder) => folder,
        Err(error) => {
            let mend = "let the agent's user write there, or set `data` in the configuration, CALLCUE_DATA or --data";
            return Finding::fail(format!("{shown} cannot be written ({error})"), mend);
        }
    };
    match free_bytes {
        None => Finding::ok(format!("{shown}, writable, free space unknown")),
        Some(free) => {
            let found = format!("{shown}, writable, {:.1} GB free", free as f64 / GIGABYTE);
            let mend = "free some space; a call takes 0.23 GB an hour";
            if free < FREE_BYTES_MIN {
                Finding::fail(found, mend)
            } else if free < FREE_BYTES_WARN {
                Finding::warn(found, mend)
            } else {
                Finding::ok(found)
            }
        }
    }
}

fn port(address: SocketAddr, tried: io::Result<()>) -> Finding {
    match tried {
        Ok(()) => Finding::ok(format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::fail(
            format!("{address} is taken, by another program or by a callcue that runs already"),
            "end that program, or set `listen` under [station] to another port",
        ),
        Err(error) => Finding::fail(
            format!("{address} cannot be listened on ({error})"),
            "set `listen` under [station] to 127.0.0.1 and a port above 1023",
        ),
    }
}

fn browser(found: Option<Browser>) -> Finding {
    match found {
        Some(Browser { path, has_panel: true }) => Finding::ok(path.display().to_string()),
        Some(Browser { path, has_panel: false }) => Finding::warn(
            format!("{} shows the screen, but not the panel that stays on top", path.display()),
            "install Chromium, Chrome or Edge 116 or later",
        ),
        None => Finding::warn(
            "none found",
            "install Chromium, Chrome or Edge 116 or later, or open the printed address on this machine yourself",
        ),
    }
}
