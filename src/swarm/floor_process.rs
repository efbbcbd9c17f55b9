use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, anyhow};

/// A floor that runs as a child of this process, so that its memory and its time can be told from the swarm's own.
pub(super) struct FloorProcess {
    child: Child,
    pub(super) url: String,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Memory in RAM now, KiB.
    pub(super) rss_kib: u64,
    /// Processor time, s.
    pub(super) cpu_s: f64,
}

impl FloorProcess {
    /// Starts `callcue floor` on a free port of this machine, with its data in `data`, and waits until it takes connections.
    pub(super) fn start(data: &Path) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the program cannot find itself")?;
        let mut child = Command::new(program)
            .arg("floor")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            // Whatever is configured for the floor of this machine is not meant for this one.
            .env("XDG_CONFIG_HOME", data)
            .env_remove("CALLCUE_FLOOR_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("the floor cannot be started")?;
        let output = child.stdout.take().ok_or_else(|| anyhow!("the floor says nothing"))?;
        let mut lines = BufReader::new(output).lines();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| url_in(&line));
        // What it says later must not fill the pipe and stop it.
        let drain = move || lines.map_while(Result::ok).for_each(drop);
        std::thread::Builder::new().name("floor-output".to_owned()).spawn(drain)?;
        let mut floor = Self { child, url: String::new() };
        floor.url = url.ok_or_else(|| anyhow!("the floor ended before it took connections"))?;
        Ok(floor)
    }

    pub(super) fn usage(&self) -> Usage {
        usage(&self.child.id().to_string())
    }

    /// Ends it in order, and waits for that.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        #[cfg(unix)]
        {
            let id = rustix::process::Pid::from_child(&self.child);
            rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        }
        #[cfg(not(unix))]
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for FloorProcess {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What this process has used.
pub(super) fn own_usage() -> Usage {
    usage("self")
}

/// Zeros on a system without `/proc`.
fn usage(process: &str) -> Usage {
    let read = |file: &str| fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let rss_kib = read("status")
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    // Fields 14 and 15 of proc(5), counted behind the name, which may hold spaces; in ticks of 10 ms on every Linux.
    let stat = read("stat");
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Usage { rss_kib, cpu_s: (ticks(11) + ticks(12)) as f64 / 100.0 }
}

/// Where the address in a line is, if there is one: scheme, host and port.
fn url_in(line: &str) -> Option<String> {
    let start = line.find("http://").or_else(|| line.find("https://"))?;
    let url = line[start..].split(|c: char| c.is_whitespace()).next()?;
    let host = url.find("://")? + 3;
    let end = url[host..].find('/').map_or(url.len(), |slash| host + slash);
    Some(url[..end].to_owned())
}
