use super::StoreError;

/// An import of old recordings, before it has a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportDraft {
    /// As people name it.
    pub name: String,
    /// Log-in name of who made it; `console` for the command line.
    pub made_by: String,
    /// When.
    pub made_ms: i64,
    /// How date, agent and call data are found, as JSON.
    pub plan: String,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number.
    pub import: u64,
    /// As it was made.
    pub draft: ImportDraft,
    /// When its files were all there, and the work began; none: files are still coming.
    pub started_ms: Option<i64>,
}

/// How far a file of an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// Not read yet.
    #[default]
    Waiting,
    /// It is a call now.
    Done,
    /// It is none; the reason is told.
    Refused,
}

/// A file of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportFile {
    /// Path below the import's folder, with `/`.
    pub file: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the content, hexadecimal; empty: not read yet.
    pub sha256: String,
    /// How far it is.
    pub state: FileState,
    /// Why it was refused, Chinese.
    pub reason: String,
    /// Id of the call; empty: none.
    pub call: String,
    /// Length of the audio.
    pub audio_ms: u64,
}

/// Imports and their files. What is done and what is not stands here, so that work that was cut off goes on where it was.
pub trait ImportStore {
    /// Makes an import, and gives its number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn new_import(&self, draft: &ImportDraft) -> Result<u64, StoreError>;

    /// All files are there.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is no such import.
    fn start_import(&self, import: u64, started_ms: i64) -> Result<(), StoreError>;

    /// Newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError>;

    /// One import.
    ///
    /// # Errors
    /// [`StoreError`], `Missing` if there is none.
    fn import(&self, import: u64) -> Result<ImportRow, StoreError>;

    /// Its files, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn import_files(&self, import: u64) -> Result<Vec<ImportFile>, StoreError>;

    /// Adds a file, or writes down what became of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put_import_file(&self, import: u64, file: &ImportFile) -> Result<(), StoreError>;

    /// The call that a recording of this content is, with the name of the file that it came from.
    ///
    /// # Errors
    /// [`StoreError`].
    fn imported(&self, sha256: &str) -> Result<Option<(String, String)>, StoreError>;
}
