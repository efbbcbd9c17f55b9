//! The floor from outside, over real sockets on a free port.

// Those who should get nothing, and do no harm.
mod abuse;
// What is asked over HTTP.
mod api;
// A lead's page: the floor, one call, lines, listening, alerts.
mod lead;
// Log-in, users, stations, the audit trail, and those who try to get around them.
mod people;
// What stations send: each event once, in order, whatever breaks.
mod station;
