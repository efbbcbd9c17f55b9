use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{FILE, RECORDINGS, folder};
use crate::store::StoreFault;

/// Pages copied between two looks at the disk; all of them come from one moment, whatever is written meanwhile.
const STEP_PAGES: i32 = 4_096;

/// Makes the copy beside its place and gives it its name when it is whole, so that what has the name is a backup.
pub(super) fn backup(connection: &Connection, recordings: &Path, place: &Path) -> Result<(), StoreFault> {
    let half = half_of(place)?;
    for path in [place, &half] {
        if path.symlink_metadata().is_ok() {
            return Err(StoreFault::Conflict(format!(
                "{} is there already; name another folder",
                path.display()
            )));
        }
    }
    let made = copy(connection, recordings, &half).and_then(|()| {
        fs::rename(&half, place)?;
        place.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), folder::sync_folder)?;
        Ok(())
    });
    if made.is_err() {
        // Whatever is left of it is of no use; the fault that is told is the first one.
        let _ = fs::remove_dir_all(&half);
    }
    made
}

fn half_of(place: &Path) -> Result<PathBuf, StoreFault> {
    let Some(name) = place.file_name() else {
        return Err(StoreFault::Conflict(format!("{} cannot be the name of a new folder", place.display())));
    };
    let mut name = name.to_owned();
    name.push(".part");
    Ok(place.with_file_name(name))
}

fn copy(connection: &Connection, recordings: &Path, half: &Path) -> Result<(), StoreFault> {
    folder::make_private_folder(half)?;
    let file = half.join(FILE);
    drop(folder::open_private_file(&file)?);
    let mut copy = Connection::open(&file)?;
    {
        // A transaction that reads keeps its moment; without one, a write between two steps would begin the copy again.
        let moment = connection.unchecked_transaction()?;
        moment.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let backup = Backup::new(&moment, &mut copy)?;
        while backup.step(STEP_PAGES)? != rusqlite::backup::StepResult::Done {}
    }
    // One file, without the two that a WAL has beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    // Half a recording is with its station still, which will send it again.
    copy.execute("DELETE FROM recordings WHERE whole = 0", [])?;
    copy_recordings(&copy, recordings, &half.join(RECORDINGS))?;
    copy.close().map_err(|(_, error)| error)?;
    folder::sync_folder(half)?;
    Ok(())
}

/// Recordings that the copy knows. A whole one is never written to again, so a second name for it is as good as a copy on the same
/// disk, and costs nothing.
fn copy_recordings(copy: &Connection, from: &Path, to: &Path) -> Result<(), StoreFault> {
    folder::make_private_folder(to)?;
    let mut statement = copy.prepare("SELECT path FROM recordings ORDER BY path")?;
    let paths = statement.query_map([], |row| row.get::<_, String>(0))?;
    for path in paths {
        let path = path?;
        let (source, target) = (from.join(&path), to.join(&path));
        if let Some(folder) = target.parent() {
            folder::make_private_folder(folder)?;
        }
        if fs::hard_link(&source, &target).is_err() {
            let mut read = fs::File::open(&source)?;
            let mut written = folder::open_private_file(&target)?;
            std::io::copy(&mut read, &mut written)?;
            written.sync_all()?;
        }
    }
    Ok(())
}
