//! Old recordings become calls: heard by the same engine as a replay, masked, silenced, stored.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use super::clock::Stopwatch;
use super::import_reasons::{not_known, problem};
use super::replay::{Heard, ReplayPlan, hear};
use crate::call::{Channel, Customer, Event};
use crate::capture::file::{CallFile, FileError, OpenOptions};
use crate::floor::{ImportProgress, Importer};
use crate::import::{CallFacts, ImportOrder, ImportPlan};
use crate::models::sha256_of;
use crate::privacy::{Masker, silenced};
use crate::record::{CallRecorder, create_private_file, create_private_folder, silence};
use crate::score::Standard;
use crate::store::{Arrival, CallHeader, FileState, ImportFile, ImportRow, Store, StoreError};
use crate::transcribe::JobRunner;
use crate::uplink::compress;
use crate::wire::{StampedEvent, UPLOAD_PART_MAX};

/// Below the floor's data: uploaded files, a folder an import; and where recordings are made.
const FOLDER: &str = "imports";
/// Speech between two passes over a running utterance, ms: nobody looks at it, so hardly ever.
const PARTIAL_INTERVAL_MS: u32 = 3_600_000;
/// The station that imported calls are of; no station has that number.
const STATION: u32 = 0;

/// Makes what turns speech into words, when the first file needs it.
pub type MakeRunner = Box<dyn Fn() -> anyhow::Result<Box<dyn JobRunner + Send>> + Send + Sync>;

/// Brings recordings into a floor's store.
pub struct RecordingImporter {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// The floor's data.
    pub data: PathBuf,
    /// What old calls are held against: each file, as it stands when it is heard.
    pub standard: watch::Receiver<Standard>,
    /// Name of the speech model.
    pub model: String,
    /// Whether personal numbers are masked and silenced.
    pub masks: bool,
    /// Makes what turns speech into words.
    pub runner: MakeRunner,
}

/// Why a file did not become a call.
enum Stop {
    /// It cannot; Chinese.
    Refused(String),
    /// Told to stop, or something that is not the file's fault; it is tried again.
    Later(anyhow::Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Later(error.into())
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Self::Refused(problem(&error))
    }
}

fn later(error: impl Into<anyhow::Error>) -> Stop {
    Stop::Later(error.into())
}

impl RecordingImporter {
    /// With the script and the assessment of the floor's own standard.
    pub fn new(
        store: Arc<dyn Store>,
        data: &Path,
        standard: watch::Receiver<Standard>,
        model: String,
        masks: bool,
        runner: MakeRunner,
    ) -> Self {
        Self { store, data: data.to_owned(), standard, model, masks, runner }
    }

    fn work(&self, row: &ImportRow, progress: &ImportProgress) -> anyhow::Result<()> {
        let order: ImportOrder = serde_json::from_str(&row.draft.plan)?;
        let plan = order.plan()?;
        let folder = match order.folder.as_str() {
            "" => self.folder(row.import),
            folder => PathBuf::from(folder),
        };
        let mut runner: Option<Box<dyn JobRunner + Send>> = None;
        for mut file in self.store.import_files(row.import)? {
            if file.state != FileState::Waiting || progress.is_stopping() {
                continue;
            }
            let clock = Stopwatch::start();
            let path = folder.join(&file.file);
            let standard = self.standard.borrow().clone();
            let bring = Bring { importer: self, row, order: &order, plan: &plan, standard, progress };
            match bring.file(&path, &mut file, &mut runner) {
                Ok(()) => file.state = FileState::Done,
                Err(Stop::Refused(reason)) => (file.state, file.reason) = (FileState::Refused, reason),
                Err(Stop::Later(error)) => {
                    if progress.is_stopping() {
                        return Ok(());
                    }
                    return Err(error.context(format!("{}", path.display())));
                }
            }
            self.store.put_import_file(row.import, &file)?;
            let took_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
            progress.file_done(file.bytes, took_ms);
            if order.folder.is_empty() {
                // It was uploaded for this alone, and may hold what is masked in the store.
                let _ = fs::remove_file(&path);
            }
        }
        if order.folder.is_empty() {
            // Where something is left it stays.
            let _ = fs::remove_dir(&folder);
        }
        Ok(())
    }
}

impl Importer for RecordingImporter {
    fn run(&self, import: u64, progress: &ImportProgress) {
        lower_priority();
        let worked =
            self.store.import(import).map_err(anyhow::Error::from).and_then(|row| self.work(&row, progress));
        if let Err(error) = worked {
            tracing::error!(
                import,
                "recordings cannot be imported: {error:#}; started again with the floor, or with the next import"
            );
        }
    }

    fn folder(&self, import: u64) -> PathBuf {
        self.data.join(FOLDER).join(import.to_string())
    }
}

/// Of this thread alone, which only Linux can: calls that run go first.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(%error, "recordings are imported at the usual priority");
    }
}

/// One import at work.
struct Bring<'a> {
    importer: &'a RecordingImporter,
    row: &'a ImportRow,
    order: &'a ImportOrder,
    plan: &'a ImportPlan,
    /// What this file is held against.
    standard: Standard,
    progress: &'a ImportProgress,
}

impl Bring<'_> {
    fn file(
        &self,
        path: &Path,
        file: &mut ImportFile,
        runner: &mut Option<Box<dyn JobRunner + Send>>,
    ) -> Result<(), Stop> {
        let store = &*self.importer.store;
        let options = OpenOptions { swap_channels: self.order.swap_channels };
        // Names first: what is not known is soon told. Then whether it is a recording at all.
        let facts = self.plan.facts(&file.file).map_err(|why| Stop::Refused(not_known(why, self.order)))?;
        drop(CallFile::open(path, options)?);
        file.sha256 = File::open(path).and_then(sha256_of).map_err(later)?;
        if let Some((call, of)) = store.imported(&file.sha256)? {
            file.call.clear();
            return Err(Stop::Refused(format!("与“{of}”内容相同，已导入为通话 {call}")));
        }
        let id = format!("import-{}", &file.sha256[..24]);
        let started = self.started(path, &facts)?;
        if runner.is_none() {
            *runner = Some((self.importer.runner)().map_err(Stop::Later)?);
        }
        let Some(runner) = runner else { return Err(later(anyhow::anyhow!("no recogniser"))) };
        let scratch = Scratch::make(&self.importer.data.join(FOLDER), &id).map_err(later)?;
        let heard = self.hear(path, options, &facts, runner.as_mut(), &scratch)?;
        file.audio_ms = heard.length.as_millis();
        let events = self.masked(heard.events);
        if self.importer.masks {
            silence(&scratch.wav, &silenced(&events)).map_err(later)?;
        }
        let goes_on = || !self.progress.is_stopping();
        compress(&scratch.wav, &scratch.part, &scratch.flac, &goes_on).map_err(later)?;
        let events = stamped(&id, &started, events);
        let arrival = Arrival {
            call: id.clone(),
            header: self.header(&facts),
            closes: Some(events.len() as u64),
            events,
            received_ms: self.row.started_ms.unwrap_or(self.row.draft.made_ms),
            is_live: false,
        };
        store.append(std::slice::from_ref(&arrival))?;
        keep_recording(store, &id, &scratch.flac)?;
        file.call = id;
        Ok(())
    }

    /// When the call was answered: what is known of it, else when the file was last written. A file without a time is of noon.
    fn started(&self, path: &Path, facts: &CallFacts) -> Result<jiff::ZonedDateTime, Stop> {
        let zone = TimeZone::system();
        if facts.date.is_empty() {
            let modified = fs::metadata(path).and_then(|found| found.modified()).map_err(later)?;
            let moment = jiff::Timestamp::try_from(modified).map_err(later)?;
            return Ok(moment.to_zoned_datetime(zone));
        }
        let time = if facts.time.is_empty() { "12:00:00" } else { &facts.time };
        let civil: DateTime = format!("{}T{time}", facts.date).parse().map_err(later)?;
        civil.to_zoned_datetime(zone).map_err(later)
    }

    fn hear(
        &self,
        path: &Path,
        options: OpenOptions,
        facts: &CallFacts,
        runner: &mut dyn JobRunner,
        scratch: &Scratch,
    ) -> Result<Heard, Stop> {
        let Standard { script, assessment, .. } = self.standard.clone();
        let plan = ReplayPlan {
            script,
            assessment,
            agent: facts.agent.clone(),
            partial_interval_ms: PARTIAL_INTERVAL_MS,
            realtime: false,
        };
        let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let customer = Customer { surname: named(&facts.surname), title: named(&facts.title), known: None };
        let customer = Some(customer).filter(|customer| *customer != Customer::default());
        let wav = create_private_file(&scratch.wav).map_err(later)?;
        let mut recorder = CallRecorder::new(io::BufWriter::with_capacity(1 << 16, wav)).map_err(later)?;
        let mut fault = None;
        let heard = hear(CallFile::open(path, options)?, &plan, customer, runner, &mut |block| {
            for channel in Channel::BOTH {
                if let Err(why) = recorder.write(channel, block.from, &block.samples[channel]) {
                    fault.get_or_insert(why);
                }
            }
            self.progress.audio(block.from.as_millis());
            !self.progress.is_stopping() && fault.is_none()
        })?;
        if let Some(fault) = fault {
            return Err(later(fault));
        }
        let Some(heard) = heard else { return Err(later(anyhow::anyhow!("told to stop"))) };
        recorder.finish(heard.length).map_err(later)?;
        Ok(heard)
    }

    fn masked(&self, events: Vec<Event>) -> Vec<Event> {
        let mut masker = Masker::new(self.importer.masks);
        let mut masked = Vec::with_capacity(events.len());
        for event in events {
            masker.push((), event);
            masked.extend(std::iter::from_fn(|| masker.poll()).map(|((), event)| event));
        }
        masked.extend(masker.flush().into_iter().map(|((), event)| event));
        masked
    }

    fn header(&self, facts: &CallFacts) -> CallHeader {
        CallHeader {
            station: STATION,
            agent: facts.agent.clone(),
            team: facts.team.clone(),
            script: self.standard.script.name.clone(),
            script_sha256: self.standard.script_sha256.clone(),
            model: self.importer.model.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

fn stamped(call: &str, started: &jiff::ZonedDateTime, events: Vec<Event>) -> Vec<StampedEvent> {
    let stamp = |(place, event): (usize, Event)| {
        let wall = started.saturating_add(Duration::from_millis(event.at_ms));
        let wall = wall.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
        StampedEvent { call: call.to_owned(), seq: place as u64 + 1, wall, event }
    };
    events.into_iter().enumerate().map(stamp).collect()
}

/// Puts the recording where those of stations are, in parts, as they do: from where the store has it.
fn keep_recording(store: &dyn Store, call: &str, flac: &Path) -> Result<(), Stop> {
    let total = fs::metadata(flac).map_err(later)?.len();
    let sha256 = File::open(flac).and_then(sha256_of).map_err(later)?;
    let mut file = File::open(flac).map_err(later)?;
    let mut state = store.upload(call)?;
    // Once more from the start, if what a crash left is of another run.
    for _ in 0..2 * (total / UPLOAD_PART_MAX as u64 + 2) {
        if state.complete {
            return Ok(());
        }
        let offset = if state.bytes > total { 0 } else { state.bytes };
        let mut part = Vec::new();
        file.seek(SeekFrom::Start(offset)).map_err(later)?;
        Read::by_ref(&mut file).take(UPLOAD_PART_MAX as u64).read_to_end(&mut part).map_err(later)?;
        state = store.add_recording_part(call, offset, total, &sha256, &part)?;
    }
    Err(later(anyhow::anyhow!("the recording of {call} cannot be kept")))
}

/// Files that are made on the way; gone when it is dropped.
struct Scratch {
    wav: PathBuf,
    part: PathBuf,
    flac: PathBuf,
}

impl Scratch {
    fn make(folder: &Path, call: &str) -> io::Result<Self> {
        create_private_folder(folder)?;
        let place = |kind: &str| folder.join(format!("{call}.{kind}"));
        let scratch = Self { wav: place("wav"), part: place("part"), flac: place("flac") };
        // What a kill left.
        scratch.clear();
        Ok(scratch)
    }

    fn clear(&self) {
        for file in [&self.wav, &self.part, &self.flac] {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, file = %file.display(), "stays behind");
                }
                _ => {}
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
    }
}
