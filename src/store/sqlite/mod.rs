//! The built-in store: one SQLite file (WAL) and a folder of recordings.
