//! Old recordings: an order, its files, the start, and how it goes.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::body::Body as Sent;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;
use serde::Serialize;
use tokio::io::AsyncWriteExt;

use crate::access::{Act, On};
use crate::floor::house::House;
use crate::floor::imports::Imports;
use crate::floor::people::Body;
use crate::floor::visitor::Visitor;
use crate::http::{Fault, only};
use crate::import::ImportOrder;
use crate::record::create_private_folder;
use crate::store::{FileState, ImportDraft, ImportFile, ImportRow, Store};

/// Imports in a list.
const LISTED: u32 = 200;
/// Problems that are told of one import.
const PROBLEMS: usize = 1_000;
/// Largest recording: ten hours of both sides, 48 kHz, uncompressed, is more than a WAV can hold.
const FILE_MAX: u64 = 4 << 30;
/// Longest name of a file, in characters.
const NAME_MAX: usize = 200;

/// An import as pages see it.
#[derive(Debug, Serialize)]
pub(super) struct ImportCard {
    import: u64,
    name: String,
    made_by: String,
    made_ms: i64,
    state: &'static str,
    files: usize,
    done: usize,
    refused: usize,
    audio_done_ms: u64,
    left_s: Option<u64>,
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct Problem {
    file: String,
    zh: String,
}

fn card(store: &dyn Store, imports: &Imports, row: ImportRow) -> Result<ImportCard, Fault> {
    let files = store.import_files(row.import)?;
    let count = |state: FileState| files.iter().filter(|file| file.state == state).count();
    let waiting: u64 =
        files.iter().filter(|file| file.state == FileState::Waiting).map(|file| file.bytes).sum();
    let state = match row.started_ms {
        None => "waiting",
        Some(_) if count(FileState::Waiting) > 0 => "running",
        Some(_) => "done",
    };
    let refused = files.iter().filter(|file| file.state == FileState::Refused);
    let problem = |file: &ImportFile| Problem { file: file.file.clone(), zh: file.reason.clone() };
    let done_ms: u64 =
        files.iter().filter(|file| file.state == FileState::Done).map(|file| file.audio_ms).sum();
    Ok(ImportCard {
        import: row.import,
        name: row.draft.name,
        made_by: row.draft.made_by,
        made_ms: row.draft.made_ms,
        state,
        files: files.len(),
        done: count(FileState::Done),
        refused: count(FileState::Refused),
        audio_done_ms: done_ms + imports.progress.audio_done_ms(row.import),
        left_s: imports.progress.left_s(row.import, waiting).filter(|_| state == "running"),
        problems: refused.take(PROBLEMS).map(problem).collect(),
    })
}

fn imports(house: &House) -> Result<&Imports, Fault> {
    house.imports.as_ref().ok_or_else(|| {
        Fault::new(StatusCode::NOT_FOUND, "本服务器不能导入录音", "this floor brings no recordings in")
    })
}

/// `GET /api/imports`: newest first.
pub(super) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
) -> Result<Json<Vec<ImportCard>>, Fault> {
    visitor.check(&house, Act::ImportCalls, On::Whole, "imports")?;
    let read = |house: &House| {
        let rows = house.store.imports(LISTED)?;
        let cards = rows.into_iter().map(|row| card(&*house.store, imports(house)?, row));
        cards.collect::<Result<Vec<_>, Fault>>().map(Json)
    };
    house.blocking(read).await
}

/// `GET /api/imports/{import}`.
pub(super) async fn one(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(import): Path<u64>,
) -> Result<Json<ImportCard>, Fault> {
    visitor.check(&house, Act::ImportCalls, On::Whole, "imports")?;
    house.blocking(move |house| tell(house, import)).await
}

fn tell(house: &House, import: u64) -> Result<Json<ImportCard>, Fault> {
    card(&*house.store, imports(house)?, house.store.import(import)?).map(Json)
}

/// `POST /api/imports`.
pub(super) async fn order(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Body(mut order): Body<ImportOrder>,
) -> Result<Json<ImportCard>, Fault> {
    visitor.check(&house, Act::ImportCalls, On::Whole, "imports")?;
    // Files come by HTTP; a folder of the server is for the command line.
    order.folder.clear();
    if let Err(bad) = order.plan() {
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, bad.zh(), bad.to_string()));
    }
    let make = move |house: &House| {
        imports(house)?;
        let draft = ImportDraft {
            name: order.name.clone(),
            made_by: visitor.user().name.clone(),
            made_ms: house.clock.wall_ms(),
            plan: serde_json::to_string(&order).unwrap_or_default(),
        };
        let import = house.store.new_import(&draft)?;
        visitor.note(house, "import_made", &import.to_string(), "");
        tell(house, import)
    };
    house.blocking(make).await
}

/// `POST /api/imports/{import}/start`.
pub(super) async fn start(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path(import): Path<u64>,
) -> Result<Json<ImportCard>, Fault> {
    visitor.check(&house, Act::ImportCalls, On::Whole, "imports")?;
    let start = move |house: &House| {
        let imports = imports(house)?;
        house.store.start_import(import, house.clock.wall_ms())?;
        visitor.note(house, "import_started", &import.to_string(), "");
        imports.order(import);
        tell(house, import)
    };
    house.blocking(start).await
}

/// `PUT /api/imports/{import}/files/{name}`: the file as it is. The same name replaces a file that has not been read yet.
pub(in crate::floor) async fn import_file(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    Path((import, name)): Path<(u64, String)>,
    headers: HeaderMap,
    body: Sent,
) -> Result<StatusCode, Fault> {
    if only(&headers, header::ORIGIN).is_none() {
        let en = "no Origin: changes are taken from this floor's own pages; other programs must send its address as Origin";
        return Err(Fault::new(StatusCode::FORBIDDEN, "缺少 Origin，只接受本服务器页面的操作", en));
    }
    visitor.check(&house, Act::ImportCalls, On::Whole, "imports")?;
    if !can_name_a_file(&name) {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "文件名不对", "that cannot be the name of a file"));
    }
    let place = {
        let name = name.clone();
        house.blocking(move |house| place_of(house, import, &name)).await?
    };
    let half = place.with_file_name(format!("{name}.part"));
    let written = write(&half, body).await;
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(fault) => {
            // Of no use; the next try writes it anew.
            let _ = tokio::fs::remove_file(&half).await;
            return Err(fault);
        }
    };
    tokio::fs::rename(&half, &place).await.map_err(|why| unwritable(&why))?;
    let keep = move |house: &House| {
        let file = ImportFile { file: name, bytes, ..ImportFile::default() };
        Ok(house.store.put_import_file(import, &file)?)
    };
    house.blocking(keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn can_name_a_file(name: &str) -> bool {
    let fits = |sign: char| !sign.is_control() && !"/\\:*?\"<>|".contains(sign);
    !name.is_empty()
        && name.chars().count() <= NAME_MAX
        && name.len() <= 240
        && !name.starts_with('.')
        && !name.ends_with(".part")
        && name.chars().all(fits)
}

/// Where the file goes, in a folder that is there.
fn place_of(house: &House, import: u64, name: &str) -> Result<PathBuf, Fault> {
    let imports = imports(house)?;
    if house.store.import(import)?.started_ms.is_some() {
        return Err(Fault::new(
            StatusCode::CONFLICT,
            "导入已经开始，请另建一个导入",
            "that import has begun; make another",
        ));
    }
    let folder = imports.importer.folder(import);
    create_private_folder(&folder).map_err(|why| unwritable(&why))?;
    Ok(folder.join(name))
}

async fn write(place: &std::path::Path, body: Sent) -> Result<u64, Fault> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(place).await.map_err(|why| unwritable(&why))?;
    let (mut pieces, mut bytes) = (body.into_data_stream(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| {
            Fault::new(StatusCode::BAD_REQUEST, "文件没有传完", "the file did not come whole")
        })?;
        bytes += piece.len() as u64;
        if bytes > FILE_MAX {
            return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "文件过大", "the file is too large"));
        }
        file.write_all(&piece).await.map_err(|why| unwritable(&why))?;
    }
    file.sync_all().await.map_err(|why| unwritable(&why))?;
    Ok(bytes)
}

fn unwritable(why: &std::io::Error) -> Fault {
    tracing::error!(%why, "a file of an import cannot be kept");
    match why.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "服务器磁盘已满",
            "the floor's disk is full; make room",
        ),
        _ => Fault::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "文件无法保存",
            "the file cannot be kept; see the floor's log",
        ),
    }
}
