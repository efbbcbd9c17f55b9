//! The station's side of the floor: nothing lost, nothing doubled, whatever breaks.

// The real client against a scripted floor: events over what breaks.
mod events;
// A floor and a proxy that do as a test says, on free ports.
mod floor;
// When attempts, pings and denials fall due.
mod link;
// A running call heard by those who listen in, lines of leads, what the screen is told.
mod live;
// What is of the moment: what is let through, what is told again.
mod moments;
// Random breaks of either side, against a floor made of two maps.
mod outbox;
// Recordings: compressed without loss, sent in parts, removed when they have arrived.
mod recordings;
// Wrong token, certificate that is not trusted, what the doctor says.
mod trust;
// Journals and a floor in memory.
mod twin;
// The real floor, over TLS.
mod wss;
