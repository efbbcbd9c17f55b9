//! Calls that go, and a person's data: what an administrator does from the machine itself.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::plan::retention;
use super::say;
use super::settings::FloorSettingsArgs;
use crate::app::SystemClock;
use crate::floor::{
    FloorClock, Person, Retained, export as write_archive, retain as remove_due, retained_entries,
};
use crate::record::create_private_file;
use crate::store::sqlite::SqliteStore;
use crate::store::{AuditEntry, CallRow, PeopleStore, RetentionStore};

/// Options of `callcue floor retain`.
#[derive(Debug, clap::Args)]
pub(super) struct RetainArgs {
    /// Remove nothing; tell what would go.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Whose data.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "whose", required = true, multiple = true)]
pub(super) struct WhoseArgs {
    /// All calls of the agent of that number.
    #[arg(long, value_name = "NUMBER", default_value = "", group = "whose")]
    agent: String,
    /// Calls with words that name a customer, such as a telephone number: in what was said, and in the caller's data.
    #[arg(long, value_name = "TEXT", default_value = "", group = "whose")]
    words: String,
    /// A call by its id; may be given again.
    #[arg(long = "call", value_name = "ID", group = "whose")]
    calls: Vec<String>,
}

/// Options of `callcue floor export`.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    whose: WhoseArgs,
    /// ZIP to be made; it must not exist.
    #[arg(value_name = "ZIP")]
    to: PathBuf,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Options of `callcue floor erase`.
#[derive(Debug, clap::Args)]
pub(super) struct EraseArgs {
    #[command(flatten)]
    whose: WhoseArgs,
    /// Do it. Without, it is told what would go.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

pub(super) fn retain(args: &RetainArgs) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load_quietly()?;
    let plan = retention(&settings.retention);
    if plan.keeps_everything() {
        say("所有通话永久保留（floor.toml 的 [retention] 没有设置天数）");
        return Ok(ExitCode::SUCCESS);
    }
    let store = open(&settings.data)?;
    let now_ms = SystemClock::start().wall_ms();
    let done = remove_due(&store, &plan, now_ms, args.dry_run)?;
    for Retained { class, erased } in &done {
        let zh = if args.dry_run { "将删除" } else { "已删除" };
        say(&format!("{}: {zh} {} 通电话，{} 个录音", class.name(), erased.calls, erased.recordings));
    }
    if done.is_empty() {
        say("没有到期的通话");
    }
    if !args.dry_run {
        store.audit(&retained_entries(&done, "console", now_ms))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn export(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let store = open(&args.settings.load_quietly()?.data)?;
    let calls = found(&store, &args.whose)?;
    let file = create_private_file(&args.to)
        .with_context(|| format!("{}: cannot be made; name a new file", args.to.display()))?;
    if let Err(error) = write_archive(&store, &calls, BufWriter::new(file)) {
        // Half an archive is of no use to anybody.
        let _ = fs::remove_file(&args.to);
        return Err(error.into());
    }
    note(&store, "person_exported", &format!("calls: {}", calls.len()))?;
    say(&format!("{} 通电话已导出到 {}", calls.len(), args.to.display()));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn erase(args: &EraseArgs) -> anyhow::Result<ExitCode> {
    let store = open(&args.settings.load_quietly()?.data)?;
    let calls = found(&store, &args.whose)?;
    if !args.yes {
        for row in &calls {
            say(&format!("{}\t{}\t{}", row.call, row.header.agent, row.header.team));
        }
        say(&format!("{} 通电话将被删除；确认请加 --yes", calls.len()));
        return Ok(ExitCode::SUCCESS);
    }
    let ids: Vec<String> = calls.into_iter().map(|row| row.call).collect();
    let erased = store.erase(&ids)?;
    note(&store, "person_erased", &format!("calls: {}, recordings: {}", erased.calls, erased.recordings))?;
    if !store.empty_log()? {
        say("服务器正在读取数据，已删除的内容会在下次清理时从日志文件中去除");
    }
    say(&format!("已删除 {} 通电话，{} 个录音", erased.calls, erased.recordings));
    Ok(ExitCode::SUCCESS)
}

/// Opening makes a store where there is none, which nobody wants here.
fn open(folder: &Path) -> anyhow::Result<SqliteStore> {
    if !SqliteStore::is_in(folder) {
        bail!("{}: there is no floor's data; name its folder with --data", folder.display());
    }
    Ok(SqliteStore::open(folder)?)
}

fn found(store: &SqliteStore, whose: &WhoseArgs) -> anyhow::Result<Vec<CallRow>> {
    let WhoseArgs { agent, words, calls } = whose.clone();
    let person = Person { agent, words, calls };
    if person.is_nobody() {
        bail!("name an agent, words, or calls");
    }
    Ok(person.find(store)?)
}

fn note(store: &SqliteStore, act: &str, detail: &str) -> anyhow::Result<()> {
    store.audit(&[AuditEntry {
        wall_ms: SystemClock::start().wall_ms(),
        who: "console".to_owned(),
        act: act.to_owned(),
        object: "-".to_owned(),
        detail: detail.to_owned(),
        ..AuditEntry::default()
    }])?;
    Ok(())
}
