//! The review room's rules: who may decide what and when, what it costs, samples, agreement, intervals.

// Kappa and its worked examples.
mod agreement;
// Locks, finishing, answers, appeals, points.
mod decisions;
// Drawing calls, and examples for the script's owner.
mod samples;
