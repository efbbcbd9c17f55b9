//! callcue listens to both sides of a Mandarin service call, cuts them into speech and silence, and turns the speech into
//! words. It holds what is said, and what is not said in time, against the company's service script. The agent sees the
//! right words at the right second; the team lead sees every call of the room live; the company gets a record of each call and of
//! every breach in it. Nothing leaves the company.
//!
//! # The way of the data
//!
//! ```text
//! live      devices ─► capture ──┐                                            ┌─► deliver ─► http ─► the agent's page
//! demo      sample call ─────────┤         ┌──────────── listen ───────────┐  │
//!                                ├─► app ─►│ segment ─► monitor ─► rules   │──┤
//! replay    WAV, FLAC ───────────┘         │   ▲ vad      ▲ words    script│  ├─► record: WAV, JSON Lines
//!                                          │   └ audio ─► transcribe       │  └─► cli: what is printed
//!                                          └───────────────────────────────┘
//! kept      a floor's store ─► backtest ─────────► monitor ────────────────────► cli
//! timeline  JSON Lines ───────────────────────────► monitor ────────────────────► cli
//!
//! floor     uplink ═► floor ─► store ─► floor ─► board ─► floor ═► the leads' pages       (═ sockets)
//! ```
//!
//! 1. [`capture`] brings both devices onto one time line, 16 kHz mono a side; [`capture::file`] does it for recordings.
//! 2. [`listen`] is one call made of audio. It asks [`segment`], with an ear from [`vad`], where speech begins and ends, and
//!    gives each stretch of speech to [`transcribe`].
//! 3. [`monitor`] is one call made of edges, words and acts. It times the silence and hands everything to [`rules`] in order of
//!    audio time; a rule finds its words with [`phrase`] and its times in [`script`], and [`score`] says what a breach costs.
//! 4. What comes out are [events](call::Event): the same for the page, the record and the terminal.
//! 5. The [`floor`] is another process: stations send it their events by [`uplink`], it puts them into the [`store`], folds them
//!    on the [`board`] and shows it to the team leads. Reviewers decide there on what was flagged, by the rules of [`review`].
//!
//! Live calls, the demo, replays and tests all go through [`monitor::CallMonitor`]; there is no second engine. To follow one
//! call through the code, begin at [`app::Engine`], which owns it, and go down: [`listen::CallListener`],
//! [`monitor::CallMonitor`], [`rules::Judge`].
//!
//! # The modules
//!
//! A module may use those named in its row and nothing else of this crate; each row uses rows above it only. *Pure* means: no
//! IO, no clock, no thread, no lock, no async; what goes in decides what comes out. `tests/it/layers.rs` reads this table and
//! fails when the code is different.
//!
//! | module | | what it is | may use |
//! |---|---|---|---|
//! | [`call`] | pure | the nouns: call time, channels, events | - |
//! | [`hex`] | pure | bytes as hexadecimal digits | - |
//! | [`phrase`] | pure | was this said? Pinyin, near sounds, cheapest alignment | call |
//! | [`segment`] | pure | frames to edges of speech, edges to silence windows | call |
//! | [`script`] | pure | a company's script as data, read strictly | phrase |
//! | [`score`] | pure | the assessment standard: what a breach proposes to cost | call script |
//! | [`draft`] | pure | a company's own standard in plain text, read into a first script and assessment | phrase script |
//! | [`privacy`] | pure | a person's numbers in what was said, found and masked, and silenced | call |
//! | [`rules`] | pure | the script, judged: one file a rule shape | call phrase script score |
//! | [`monitor`] | pure | one call, sans-IO: inputs and time in, events and one next deadline out | call phrase rules score script segment |
//! | [`backtest`] | pure | a changed script, tried on kept calls: flags gained and lost | call monitor score script segment |
//! | [`trial`] | pure | a script file's own examples, run | call monitor phrase score script |
//! | [`workbench`] | pure | for the script's owner: a rule in plain words, a typed conversation run | call monitor phrase score script |
//! | [`vad`] | pure | ears: speech or not, frame by frame | segment |
//! | [`transcribe`] | | speech to words: what is transcribed when, on which thread, and what of it to believe | call |
//! | [`eval`] | pure | how right a model's text is, against what was said | phrase transcribe |
//! | [`listen`] | pure | one call from its audio: ear, words and rules together | call monitor score script segment transcribe |
//! | [`capture`] | | sound in: devices and files, resampled, on one time line | call |
//! | [`sheet`] | pure | a score card as a table: CSV, XLSX, PDF | score |
//! | [`wire`] | pure | every message that crosses a socket | call |
//! | [`board`] | pure | every desk of the floor: connections, events and time in, tiles and their changes out | call wire |
//! | [`review`] | pure | the review room's rules: who may decide what and when, what it costs, samples, agreement | score |
//! | [`import`] | pure | old recordings: what their names and a table say of them | - |
//! | [`record`] | | what a call leaves on disk | call wire |
//! | [`store`] | | what the floor keeps: calls, recordings, people, alerts, decisions, who looked at what | call hex privacy record review score wire |
//! | [`access`] | | who may come onto the floor, and what each may do there | hex store |
//! | [`webhook`] | | what other systems of the company are told, signed and tried again | access call hex wire |
//! | [`uplink`] | | the station's side of the floor: what is sent when, and what has arrived | call hex record wire |
//! | [`models`] | | published speech models: which, how to get one, how fast it is here | hex record |
//! | [`swarm`] | | simulated stations and leads, to load a floor and to look at one | access call monitor record review score script store trial uplink wire |
//! | [`deliver`] | | what happens in a call, for every page that looks at it | call wire |
//! | [`http`] | | the station's web server: pages, socket, call controls | call deliver script wire workbench |
//! | [`floor`] | | the floor's server: stations' and leads' sockets, the writer, the board's owner, what is asked over HTTP | access backtest board call capture http import privacy record review score script sheet store webhook wire |
//! | [`config`] | | flags, environment and file to checked settings | capture transcribe uplink |
//! | [`app`] | | assembly: the place of threads, queues and clocks | all above |
//! | [`cli`] | | one file a command | access app backtest board call capture config draft eval floor hex import models monitor privacy record score script store swarm transcribe trial uplink wire workbench |
//!
//! # Invariants
//!
//! 1. **The core has no now.** Pure modules are told the time ([`call::CallTime`]) and never read it. What falls due is asked
//!    for (`next_deadline`) and let happen (`advance`); all that fell due before an input happens before it, in order. A late
//!    wake-up changes when a cue is shown, never the time it carries.
//! 2. **Call time is audio time.** It counts samples at 16 kHz since the answer, on one time line for both sides. Devices have
//!    clocks of their own; they are mapped onto the time line in [`capture`] and nowhere else.
//! 3. **Silence is heard; a stall is not silence.** Missing audio is said (`AudioLost`, `AudioBack`), never filled with zeros
//!    for the ear, and no wait runs on it.
//! 4. **Words exist only where the ear heard speech.** Recognisers invent words on silence; they are never asked about it.
//! 5. **Rules see the call in order of audio time.** They stop at speech whose words are not known yet, so a call gives the
//!    same findings however late its words came (up to [`monitor::TEXT_WAIT_MAX_MS`]). Silence is timed without waiting.
//! 6. **Tentative words are only displayed.** While somebody speaks, committed words alone may raise a flag, and only for a
//!    forbidden phrase.
//! 7. **Capture, silence and the record never wait for words.** A slow machine loses running text first, then shows its lag.
//! 8. **Every queue between threads has a capacity, a policy when full and a counter or a word to whoever asked.** A slow page
//!    or a full disk never stops a call.
//! 9. **An audio callback copies into a ring and counts overruns.** It allocates nothing, locks nothing, logs nothing.
//! 10. **One owner.** A call's state belongs to one [`app::Engine`] on one thread, the floor's [`board::Board`] to one task; others
//!     send messages. The locks that exist say in their doc why ([`deliver::Delivery`], [`transcribe::Pool`], [`uplink::UplinkHandle`]).
//! 11. **Points are proposals.** Nothing is deducted without a person, and who hung up is `unknown` unless somebody said so.
//! 12. **Stored before it is said.** One thread adds what stations send to the floor's store, many events in a transaction; a station is told that an
//!     event is stored after that, and keeps it until then. Each is stored once, in order, whatever breaks.
//! 13. **A page is a place in a ring.** What leads see is encoded once for each set of teams; a page that falls out of the ring gets
//!     the whole floor anew, and costs nobody else anything.
//!
//! What is absent: any connection to another machine but to the company's own floor, where one is configured ([`uplink`]), from a
//! floor to the hooks and the identity provider of its configuration ([`webhook`], [`access`]), and for `callcue model get`, which
//! somebody types ([`models`]); at a station, cookies and a database; telephony of its own, any
//! judgement of what the customer says but as the cause of what the agent must do, and `unsafe` code but for one justified
//! line in [`vad`].
//!
//! # Words
//!
//! - **call time**: [`call::CallTime`], audio time since the answer; in events `at_ms`. **time line**: [`capture::LineTime`],
//!   audio time since capture began; call time is its part from the answer on. (A *timeline* file is a call written down as
//!   data, [`monitor::Timeline`].)
//! - **channel**: a side of the call, [`call::Channel`]: agent (left) or customer (right).
//! - **dBFS**: level below full scale, RMS; a full-scale sine is −3.01.
//! - **ear**: a [`segment::SpeechDetector`]. **edge**: where speech begins or ends, placed where the sound really rose or fell.
//!   **hangover**: the quiet that an ear waits out before it believes that speech is over; edges have it taken off.
//! - **settled time**: up to here both sides have been heard and no edge can still appear, [`segment::Segmenter::settled`].
//! - **utterance**: one stretch of speech of one side, pauses below 0.3 s included. **turn**: consecutive utterances of one side
//!   with no speech of the other between.
//! - **silence window**: 3 s (6 s, 9 s, …) in which neither side speaks, [`segment::SilenceWindow`].
//! - **committed** words: two passes of the recogniser in a row agreed on them. **tentative**: they may still change.
//! - **lag**: how far the words are behind the audio.
//! - **rule**: a numbered point of the script; its **shape** is code ([`script::Shape`]), its words and times are data.
//!   **situation**: what makes a rule apply, heard by itself or declared by the agent. **step**: one of a rule's sentences.
//! - **cue**: what the agent should say or do now. It ends *met*, *missed* or *cancelled*. **wait**: the time between two steps.
//! - **flag**: a breach, with its words as evidence and the points it proposes. **alert**: something for the team lead.
//! - **verdict**: what a reviewer says of a flag, [`review::Verdict`]; only a confirmed one puts points on a score card. **appeal**: the agent's
//!   answer that it was not so; a second reviewer decides.
//! - **moment**: what a page shows now and nobody keeps, such as levels and running text ([`wire::Moment`]).
//! - **floor**: the server that all stations of a company report to. **tile**: one agent on a lead's screen ([`wire::Tile`]).
//!   **audience**: the set of teams that a lead sees; one audience, one set of frames.
//! - **overrun**: sound that a ring had no room for.

// core: one call, as a function of what happens in it
pub mod backtest;
pub mod call;
pub mod draft;
pub mod hex;
pub mod monitor;
pub mod phrase;
pub mod privacy;
pub mod review;
pub mod rules;
pub mod score;
pub mod script;
pub mod segment;
pub mod trial;
pub mod workbench;

// from sound to the core
pub mod capture;
pub mod eval;
pub mod listen;
pub mod transcribe;
pub mod vad;

// from the core to disks and screens
pub mod access;
pub mod board;
pub mod deliver;
pub mod floor;
pub mod http;
pub mod import;
pub mod record;
pub mod sheet;
pub mod store;
pub mod swarm;
pub mod uplink;
pub mod webhook;
pub mod wire;

// from other machines, when somebody asks for it
pub mod models;

// assembly
pub mod app;
pub mod cli;
pub mod config;
