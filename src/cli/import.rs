use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use tokio::sync::watch;

use super::files::unreadable;
use super::floor::FloorSettingsArgs;
use crate::app::{ScriptFiles, StandardPaths, SystemClock, importer};
use crate::floor::{FloorClock, ImportProgress};
use crate::import::ImportOrder;
use crate::store::sqlite::SqliteStore;
use crate::store::{FileState, ImportDraft, ImportFile, Store};

/// Imports among which an unfinished one of the same folder is looked for.
const LOOKED_AT: u32 = 1_000;
/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_secs(1);

/// Options of `callcue import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder with recordings of two channels, left agent, right customer: WAV, FLAC, MP3, Ogg Vorbis. Named again, it goes on where it was.
    folder: PathBuf,
    /// How file names tell what is known of a call, such as "{date}_{time}_{agent}"; also {team}, {surname}, {title}, and {*} for the rest.
    #[arg(long, value_name = "PATTERN", default_value = "")]
    names: String,
    /// CSV with a column `file` and any of date, time, agent, team, surname, title.
    #[arg(long, value_name = "PATH")]
    csv: Option<PathBuf>,
    /// Agent's number, where neither says.
    #[arg(long, value_name = "NUMBER", default_value = "")]
    agent: String,
    /// Team, where neither says.
    #[arg(long, value_name = "TEAM", default_value = "")]
    team: String,
    /// The customer is on the left, the agent on the right.
    #[arg(long)]
    swap_channels: bool,
    #[command(flatten)]
    settings: FloorSettingsArgs,
}

/// Exit 0: all files are calls now; 1: some were refused, one line each.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = args.settings.load_quietly()?;
    let order = order(args)?;
    order.plan().map_err(|bad| anyhow!("{bad}"))?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&settings.data)?);
    let standard = StandardPaths {
        script: settings.script.clone(),
        assessment: settings.assessment.clone(),
        company: None,
    };
    let scripts = ScriptFiles::open(standard)?;
    let import = take_in(&*store, args, &order)?;
    let (_, standard) = watch::channel(scripts.standing().clone());
    let importer =
        importer(&store, &settings.data, standard, settings.import.model.clone(), settings.privacy.mask);
    let progress = Arc::new(ImportProgress::default());
    progress.begin(import);
    let (over, is_over) = sync_channel::<()>(1);
    let worker = {
        let progress = Arc::clone(&progress);
        thread::Builder::new().name("import".to_owned()).spawn(move || {
            importer.run(import, &progress);
            drop(over);
        })?
    };
    while let Err(RecvTimeoutError::Timeout) = is_over.recv_timeout(LOOK) {
        tell(&*store, import, &progress)?;
    }
    worker.join().map_err(|_| anyhow!("the import stopped by a defect; please report it"))?;
    sum_up(&*store, import)
}

fn order(args: &Args) -> anyhow::Result<ImportOrder> {
    let csv = match &args.csv {
        Some(path) => fs::read_to_string(path).map_err(|error| unreadable(path, &error))?,
        None => String::new(),
    };
    let folder = fs::canonicalize(&args.folder).map_err(|error| unreadable(&args.folder, &error))?;
    let Some(folder) = folder.to_str() else { bail!("{}: its name is no UTF-8", folder.display()) };
    Ok(ImportOrder {
        name: args.folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        name_pattern: args.names.clone(),
        csv,
        team: args.team.clone(),
        agent: args.agent.clone(),
        swap_channels: args.swap_channels,
        folder: folder.to_owned(),
    })
}

/// Number of the import of that folder: one that was ordered so before, or a new one. Files that it does not know are added.
fn take_in(store: &dyn Store, args: &Args, order: &ImportOrder) -> anyhow::Result<u64> {
    let plan = serde_json::to_string(order)?;
    let now_ms = SystemClock::start().wall_ms();
    let before = store.imports(LOOKED_AT)?.into_iter().find(|row| row.draft.plan == plan);
    let import = match before {
        Some(row) => row.import,
        None => store.new_import(&ImportDraft {
            name: order.name.clone(),
            made_by: "console".to_owned(),
            made_ms: now_ms,
            plan,
        })?,
    };
    let known = store.import_files(import)?;
    let folder = Path::new(&order.folder);
    let mut found = Vec::new();
    walk(folder, folder, &mut found)
        .with_context(|| format!("{}: its files cannot be listed", folder.display()))?;
    let csv = args.csv.as_ref().and_then(|path| fs::canonicalize(path).ok());
    for (file, bytes) in found {
        let is_known = known.iter().any(|before| before.file == file);
        if !is_known && csv.as_ref().is_none_or(|csv| *csv != folder.join(&file)) {
            store.put_import_file(import, &ImportFile { file, bytes, ..ImportFile::default() })?;
        }
    }
    store.start_import(import, now_ms)?;
    Ok(import)
}

/// Files below a folder with their lengths, by name; what is hidden is passed over.
fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, u64)>) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            walk(root, &path, found)?;
        } else if kind.is_file()
            && let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str)
        {
            found.push((name.replace('\\', "/"), entry.metadata()?.len()));
        }
    }
    Ok(())
}

fn tell(store: &dyn Store, import: u64, progress: &ImportProgress) -> anyhow::Result<()> {
    let files = store.import_files(import)?;
    let waiting: Vec<_> = files.iter().filter(|file| file.state == FileState::Waiting).collect();
    let left = progress.left_s(import, waiting.iter().map(|file| file.bytes).sum());
    let left = left.map_or("?".to_owned(), |left_s| format!("{}:{:02}", left_s / 60, left_s % 60));
    say(&format!(
        "{} / {}，当前录音 {} 秒，剩余 {left}",
        files.len() - waiting.len(),
        files.len(),
        progress.audio_done_ms(import) / 1_000
    ));
    Ok(())
}

fn sum_up(store: &dyn Store, import: u64) -> anyhow::Result<ExitCode> {
    let files = store.import_files(import)?;
    let count = |state: FileState| files.iter().filter(|file| file.state == state).count();
    for file in files.iter().filter(|file| file.state == FileState::Refused) {
        say(&format!("{}: {}", file.file, file.reason));
    }
    let (done, refused, left) =
        (count(FileState::Done), count(FileState::Refused), count(FileState::Waiting));
    say(&format!("导入 {import}：{done} 个成为通话，{refused} 个没有导入，{left} 个未处理"));
    Ok(if refused + left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "this is what the person at the terminal is to read")]
fn say(text: &str) {
    println!("{text}");
}
