use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use anyhow::Context;

use crate::access::SessionLimits;
use crate::app::{DemoRoom, FloorPlan, OpenFloor, fill_room, run_floor};
use crate::board::Thresholds;
use crate::cli::station::SettingsArgs;

/// Options of a floor that runs.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Where to listen, such as 127.0.0.1:7900 [default].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Fill the floor with 24 simulated stations, for a look around: nothing of it is kept from one run to the next.
    #[arg(long)]
    demo: bool,
}

/// What a demo keeps lies apart from real calls, below the data folder.
const DEMO_FOLDER: &str = "floor-demo";

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let mut folder = folder(&args.settings)?;
    let is_demo = args.demo;
    if is_demo {
        folder.push(DEMO_FOLDER);
        forget(&folder)?;
    }
    let plan = FloorPlan {
        folder,
        listen: args.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 7_900))),
        hosts: Vec::new(),
        tls: None,
        thresholds: Thresholds::default(),
        sessions: SessionLimits::default(),
        tap: None,
        ready: Box::new(move |open| {
            let room = if is_demo { Some(fill_room(open)?) } else { None };
            show(open, room.as_ref());
            Ok(room)
        }),
    };
    run_floor(plan)?;
    Ok(ExitCode::SUCCESS)
}

/// The folder that the floor keeps everything in.
pub(super) fn folder(args: &SettingsArgs) -> anyhow::Result<PathBuf> {
    args.load().map(|settings| settings.data)
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

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
