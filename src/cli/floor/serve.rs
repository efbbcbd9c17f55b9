use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::access::SessionLimits;
use crate::app::{FloorPlan, OpenFloor, run_floor};
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
}

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<ExitCode> {
    let folder = folder(&args.settings)?;
    let plan = FloorPlan {
        folder,
        listen: args.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 7_900))),
        hosts: Vec::new(),
        tls: None,
        thresholds: Thresholds::default(),
        sessions: SessionLimits::default(),
        tap: None,
        ready: Box::new(|open| {
            show(open);
            Ok(())
        }),
    };
    run_floor(plan)?;
    Ok(ExitCode::SUCCESS)
}

/// The folder that the floor keeps everything in.
pub(super) fn folder(args: &SettingsArgs) -> anyhow::Result<PathBuf> {
    args.load().map(|settings| settings.data)
}

/// Tells the person at the terminal where the floor is, and how to come in for the first time.
fn show(open: &OpenFloor) {
    let scheme = if open.is_secure { "https" } else { "http" };
    say(&format!("班组长屏幕 (floor): {scheme}://{}/floor\nCtrl-C 结束", open.address));
    if let Some(password) = &open.first_password {
        say(&format!("第一次启动: 管理员 admin, 一次性密码 (one-time password) {password}"));
    }
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
