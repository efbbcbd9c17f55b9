use std::io;

use rusqlite::{Error, ErrorCode};

use crate::store::StoreFault;

impl From<Error> for StoreFault {
    fn from(error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ConstraintViolation) => Self::Conflict(error.to_string()),
            Some(ErrorCode::DatabaseBusy) => Self::Broken(format!("another program holds the file: {error}")),
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<io::Error> for StoreFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
