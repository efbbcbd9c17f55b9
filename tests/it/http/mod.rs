//! The server from outside, over real sockets on a free port.

// Those who should get nothing, and do no harm.
mod abuse;
// The agent's page: frames down, commands up.
mod page;
// Questions of the script owner's page.
mod script_try;
// Call controls for softphones.
mod softphone;
// Start, stop, token, the file for softphones.
mod station;
