use super::{SqliteStore, append, query};
use crate::store::{
    Appended, Arrival, CallQuery, CallRow, CallStore, FlagRow, Standing, StoreError, StoreFault,
};
use crate::wire::{Day, StampedEvent, UploadState};

impl CallStore for SqliteStore {
    fn append(&self, batch: &[Arrival]) -> Result<Vec<Appended>, StoreError> {
        self.write("keep events", |connection| {
            batch.iter().map(|arrival| append::append(connection, arrival)).collect()
        })
    }

    fn standing(&self, station: u32, call: &str) -> Result<Standing, StoreError> {
        self.read("look up a call", |connection| match append::known(connection, call)? {
            Some(known) if known.station != station => {
                Err(StoreFault::Conflict(format!("call {call} belongs to another station")))
            }
            Some(known) => Ok(known.figures.standing()),
            None => Ok(Standing::default()),
        })
    }

    fn running(&self) -> Result<Vec<CallRow>, StoreError> {
        self.read("list the calls that run", |connection| {
            query::rows(connection, &self.recordings, &query::running(connection)?)
        })
    }

    fn calls(&self, query: &CallQuery) -> Result<Vec<CallRow>, StoreError> {
        self.read("list calls", |connection| {
            query::rows(connection, &self.recordings, &query::keys(connection, query)?)
        })
    }

    fn call(&self, call: &str) -> Result<CallRow, StoreError> {
        self.read("look up a call", |connection| {
            let key = query::key(connection, call)?;
            let mut rows = query::rows(connection, &self.recordings, &[key])?;
            rows.pop().ok_or_else(|| StoreFault::Missing(format!("call {call}")))
        })
    }

    fn events(&self, call: &str, after: u64, limit: u32) -> Result<Vec<StampedEvent>, StoreError> {
        self.read("read events", |connection| query::events(connection, call, after, limit))
    }

    fn flags(&self, query: &CallQuery) -> Result<Vec<FlagRow>, StoreError> {
        self.read("list flags", |connection| {
            let flagged = CallQuery { flagged: true, ..query.clone() };
            query::flags(connection, &query::keys(connection, &flagged)?, query.rule.as_deref())
        })
    }

    fn day(
        &self,
        teams: Option<&[String]>,
        agent: Option<&str>,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Day, StoreError> {
        self.read("sum up a day", |connection| query::day(connection, teams, agent, from_ms, to_ms))
    }

    fn upload(&self, call: &str) -> Result<UploadState, StoreError> {
        self.uploaded(call)
    }

    fn add_recording_part(
        &self,
        call: &str,
        offset: u64,
        total_bytes: u64,
        sha256: &str,
        part: &[u8],
    ) -> Result<UploadState, StoreError> {
        self.add_part(call, super::recording::Part { offset, total_bytes, sha256, bytes: part })
    }
}
