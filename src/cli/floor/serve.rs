use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use anyhow::Context;

use super::plan::plan;
use super::say;
use super::settings::FloorSettingsArgs;
use crate::app::{DemoRoom, OpenFloor, fill_room, run_floor};

/// Options of a floor that runs.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: FloorSettingsArgs,
    /// Where to listen [default: the configuration's, 127.0.0.1:7900]; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Fill the floor with 24 simulated stations, for a look around: nothing of it is kept from one run to the next.
    #[arg(long)]
    demo: bool,
}

/// What a demo keeps lies apart from real calls, below the data folder.
const DEMO_FOLDER: &str = "floor-demo";

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let mut settings = args.settings.load()?;
    let is_demo = args.demo;
    if is_demo {
        settings.data.push(DEMO_FOLDER);
        forget(&settings.data)?;
        // Simulated calls are nobody else's business.
        settings.webhooks.clear();
    }
    let ready = Box::new(move |open: &OpenFloor| {
        let room = if is_demo { Some(fill_room(open)?) } else { None };
        show(open, room.as_ref());
        Ok(room)
    });
    let plan = plan(&settings, args.listen, ready)?;
    run_floor(plan)?;
    Ok(ExitCode::SUCCESS)
}

/// Removes what the last demo left, and nothing else.
fn forget(folder: &Path) -> anyhow::Result<()> {
    for name in ["floor.sqlite3", "floor.sqlite3-wal", "floor.sqlite3-shm"] {
        match fs::remove_file(folder.join(name)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => {
                return Err(why)
                    .with_context(|| format!("{}: the last demo cannot be removed", folder.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Tells the person at the terminal where the floor is, and how to come in for the first time.
fn show(open: &OpenFloor, room: Option<&DemoRoom>) {
    let scheme = if open.is_secure { "https" } else { "http" };
    say(&format!("班组长屏幕 (floor): {scheme}://{}/floor\nCtrl-C 结束", open.address));
    if let Some(DemoRoom { login: (name, password), .. }) = room {
        say(&format!("演示: 24 个模拟坐席循环通话。班组长 (lead) {name}, 密码 (password) {password}"));
    }
    if let Some(password) = &open.first_password {
        say(&format!("第一次启动: 管理员 admin, 一次性密码 (one-time password) {password}"));
    }
}
