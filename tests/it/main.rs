//! One test binary; each module says what belongs in it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(missing_docs, reason = "tests are read, not linked to")]

// Who may come onto the floor and what each may do there: rights, passwords, guessing, the audit trail.
mod access;
// Kept calls judged again: the same script gives the same flags, a changed one the difference.
mod backtest;
// `callcue backtest` as a program.
mod backtest_command;
// The floor as a fold: tiles, alerts, the day, and their changes.
mod board;
// Whole calls as pages that people can read, and what must hold for each of them.
mod calls;
// Devices made of numbers: finding, opening, placing, drift, loss and return.
mod capture;
// Which setting wins, and how a mistake in the file is told.
mod config;
// A floor's configuration: the same, and what may not be had without TLS.
mod config_floor;
// How often the cues of a rule come.
mod cue_limits;
// What pages get of a call, and in which order, however slowly they read.
mod deliver;
// What is said about a machine, given its facts.
mod doctor;
// A company's own standard, read into a first script: four layouts, and text that is no standard at all.
mod draft;
// The owner of a running call: commands, loss, calls that start by themselves.
mod engine;
// How right recognised text is: the scoring, the manifest, and `callcue eval` as a program.
mod eval;
// What a flag says of the words on which it rests.
mod evidence;
// Recordings read from disk: formats, damage, sides.
mod file;
// The floor's server: stations, leads, and those who should be neither.
mod floor;
// `callcue floor` as a program.
mod floor_command;
// The station's web server: pages and softphones, and those who should be neither.
mod http;
// Old recordings brought in: names, tables, bad files, work that was cut off.
mod import;
// Who may use whom in src, what the core may not touch, how things are named.
mod layers;
// One call from its audio: the order of what is heard and what else happens.
mod listen;
// A call with personal numbers through the engine: nothing of them in anything that is kept.
mod masking;
// `callcue model` as a program.
mod model_command;
// Published models: the list, and getting one from servers of every kind.
mod model_fetch;
// What measured speeds are enough for.
mod model_speed;
// The shape of a recording, and hearing it while it comes.
mod peaks;
// Hearing a phrase through recognition errors, and keeping look-alikes apart.
mod phrase;
// Personal numbers in what was said: precision and recall on made lines and on lines by hand, and masking.
mod privacy;
// What is left on disk, at every moment of a call and after a kill.
mod record;
// Calls that go, by a moved clock or on request: nothing of them is left.
mod retention;
// Any rate to 16 kHz.
mod resample;
// The JSON Schemas in config/schema, by which editors complete.
mod schema;
// The review room's rules: who may decide what and when, what it costs, samples, agreement.
mod review;
// The score card: what findings propose, month by month.
mod score;
// The card itself, as a function of decisions: what counts, what is shown, what a lead may enter.
mod score_card;
// Reading script files: what is refused, and where the mistake is.
mod script;
// Script files of every wrong kind and of any size.
mod script_limits;
// Score cards as files.
mod sheet;
// How speech edges become silence windows, and audio becomes speech edges, whatever its blocks.
mod segment;
// The silence windows of a made conversation, in five kinds of noise.
mod silence_set;
// What the floor keeps: arrivals in any order against a plain model, torn states, full disks, damage, backups, old files.
mod store;
// Simulated stations and leads: what they are made of, and that nothing is lost whatever breaks.
mod swarm;
// Timelines: what is refused, and random ones through the engine.
mod timeline;
// Speech to text: stream, pool, whisper.cpp on models made by the test.
mod transcribe;
// The station's side of the floor: what it sends when, over what breaks.
mod uplink;
// What other systems are told, signed, against servers of the test.
mod webhook;
// The bundled script's own tests, and how well its phrases are heard.
mod trial;
// Messages on sockets, frozen as files.
mod wire;
// The tools of a script's owner: a rule's card, a typed conversation, and both as commands.
mod workbench;

mod support;
