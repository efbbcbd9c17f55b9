//! The floor from outside, over real sockets on a free port.

// Those who should get nothing, and do no harm.
mod abuse;
// What is asked over HTTP.
mod api;
// Changed scripts, tried on kept calls.
mod backtests;
// A lead's page: the floor, one call, lines, listening, alerts.
mod lead;
// The description of the API, held to the routes and to what they answer.
mod openapi;
// Log-in, users, stations, the audit trail, and those who try to get around them.
mod people;
// The review room: who may what, and the answers as files.
mod review;
// Score cards: what counts, who may see and enter it, and the files.
mod scores;
// Log-in by the company's identity provider.
mod sign_on;
// What stations send: each event once, in order, whatever breaks.
mod station;
