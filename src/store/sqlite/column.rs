//! Numbers and words on their way into a column and out of it.

use rusqlite::types::Type;
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::store::StoreFault;

/// A number as SQLite has them. Nothing that counts or measures here comes near the limit but by a lie, which is kept as the limit.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of a column that is never negative.
pub(super) fn unsigned<T: TryFrom<i64>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let number: i64 = row.get(column)?;
    T::try_from(number).map_err(|_| Error::IntegralValueOutOfRange(column, number))
}

/// The word by which the wire calls a variant.
pub(super) fn word<T: Serialize>(variant: T) -> Result<String, StoreFault> {
    match serde_json::to_value(variant)? {
        Value::String(word) => Ok(word),
        other => Err(StoreFault::Broken(format!("{other} is not a word"))),
    }
}

/// The variant that the wire calls by the word in a column.
pub(super) fn variant<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_value(Value::String(row.get(column)?))
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}
