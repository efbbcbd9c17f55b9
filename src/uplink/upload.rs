use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use axum::http::StatusCode;
use sha2::{Digest, Sha256};

use super::access::FloorAccess;
use super::line::{Answer, LineError, Requests};
use crate::hex;
use crate::wire::{UPLOAD_PART_MAX, UploadState};

/// Parts in a row that bring the floor no further before the recording is put aside.
const STANDSTILLS_MAX: u32 = 3;

/// Why a recording does not arrive.
#[derive(Debug, thiserror::Error)]
pub(super) enum UploadError {
    #[error("the floor {0}")]
    Line(#[from] LineError),
    #[error("the floor's disk is full")]
    FloorFull,
    #[error("the floor does not take it: {0}")]
    Rejected(String),
    #[error("it cannot be read ({0})")]
    Unreadable(#[source] io::Error),
}

/// Sends the file, from where the floor has it; it has the whole, and the right one, when this returns.
pub(super) async fn upload(
    access: &FloorAccess,
    call: &str,
    flac: &Path,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), UploadError> {
    let mut file = File::open(flac).map_err(UploadError::Unreadable)?;
    let (total, sha256) = checksum(&mut file).map_err(UploadError::Unreadable)?;
    let path = format!("/station/recordings/{call}");
    let mut requests = Requests::open(access).await?;
    let mut state = read_state(requests.ask("GET", &path, Vec::new()).await?)?;
    let mut standstills = 0;
    while !state.complete {
        if !goes_on() {
            return Err(LineError::Broken("this station stops".to_owned()).into());
        }
        // More than there is: the beginning of another file.
        let offset = if state.bytes > total { 0 } else { state.bytes };
        let part = read_part(&mut file, offset, total).map_err(UploadError::Unreadable)?;
        let target = format!("{path}?offset={offset}&total={total}&sha256={sha256}");
        let answered = read_state(requests.ask("PUT", &target, part).await?)?;
        // A floor that found the hash wrong begins anew.
        standstills = if answered.bytes > state.bytes { 0 } else { standstills + 1 };
        if standstills == STANDSTILLS_MAX && !answered.complete {
            let what = format!("it stands at {} of {total} bytes after {standstills} parts", answered.bytes);
            return Err(UploadError::Rejected(what));
        }
        state = answered;
    }
    Ok(())
}

fn checksum(file: &mut File) -> io::Result<(u64, String)> {
    let (mut hash, mut total, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => {
                hash.update(&buffer[..count]);
                total += count as u64;
            }
        }
    }
    Ok((total, hex::digits(&hash.finalize())))
}

fn read_part(file: &mut File, offset: u64, total: u64) -> io::Result<Vec<u8>> {
    let length = (total - offset).min(UPLOAD_PART_MAX as u64);
    let mut part = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(length).read_to_end(&mut part)?;
    Ok(part)
}

fn read_state(answer: Answer) -> Result<UploadState, UploadError> {
    let text = || String::from_utf8_lossy(&answer.body).chars().take(200).collect::<String>();
    match answer.status {
        StatusCode::OK => serde_json::from_slice(&answer.body)
            .map_err(|error| UploadError::Rejected(format!("its answer makes no sense ({error})"))),
        StatusCode::INSUFFICIENT_STORAGE => Err(UploadError::FloorFull),
        status if status.is_server_error() => Err(LineError::Broken(status.to_string()).into()),
        status => Err(UploadError::Rejected(format!("{status}: {}", text()))),
    }
}
