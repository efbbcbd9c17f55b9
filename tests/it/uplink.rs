//! The station's side of the floor: nothing lost, nothing doubled, whatever breaks.

// When attempts, pings and denials fall due.
mod link;
// What is of the moment: what is let through, what is told again.
mod moments;
// Random breaks of either side, against a floor made of two maps.
mod outbox;
// Journals and a floor in memory.
mod twin;
