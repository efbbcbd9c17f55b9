/**
 * What the review room's pages ask over HTTP and what is answered. `_ms` with a wall in its name (started, decided, until, …) is wall clock
 * in ms since 1970; `at_ms`, `from_ms`, `to_ms`, `length_ms` are audio time of a call. A flag's number in its call is that of its event;
 * -1, -2, … for one that a person added.
 */
import type { StampedEvent } from "../wire.ts";

export type Verdict = "confirmed" | "dismissed" | "unsure";
export type ReviewState = "unseen" | "opened" | "finished";
export type Channel = "agent" | "customer";
export type FlagKind = "forbidden" | "missing" | "timing" | "hangup" | "conduct";

/* The queue */

/** `GET /api/review/queue?…`: unseen first, then opened, each newest first; finished ones only where asked for. */
export interface QueueQuery {
  /** `open`: unseen and opened; `mine`: assigned to whoever asks; `appeals`: with an appeal to decide. */
  view: "open" | "mine" | "finished" | "appeals";
  rule?: string;
  /** Flags that cost so many points or more, such as 5. */
  points_min?: number;
  /** `unsure`: with a flag that a person has to look at because the words were not heard well. */
  sure?: "sure" | "unsure";
  sampled?: boolean;
  agent?: string;
  team?: string;
  from_ms?: number;
  to_ms?: number;
  /** `next` of the page before. */
  after?: string;
  limit?: number;
}

export interface QueuePage {
  rows: QueueRow[];
  /** For the next page; null: this is the last. */
  next: string | null;
  /** Calls that fit, counted up to 1,000. */
  count: number;
}

export interface QueueRow {
  call: string;
  agent: string;
  /** Empty: not known. */
  agent_name: string;
  team: string;
  started_ms: number;
  length_ms: number;
  state: ReviewState;
  /** Rules of its flags, worst first. */
  rules: string[];
  flags: number;
  open_flags: number;
  worst_points: number;
  /** Of the least sure open flag, 0 to 100. */
  least_sure: number;
  sampled: "" | "random" | "risk";
  assigned_to: string;
  /** Who has it open now; empty: nobody. */
  locked_by: string;
  open_appeals: number;
  recording: "none" | "coming" | "whole";
}

/** `POST /api/review/sample`: draws unflagged calls for the queue, so many an agent of the team in the month. The same seed draws the same. */
export interface SampleOrder {
  team: string;
  /** `2026-11`. */
  month: string;
  per_agent: number;
  /** `risk` draws long, silent, ill-heard calls more often; how is said in the answer. */
  by: "random" | "risk";
  seed: number;
}
export interface SampleDrawn {
  drawn: number;
  /** Agents with fewer unflagged calls than asked for. */
  short: string[];
  /** A Chinese sentence on how it was drawn. */
  stated: string;
}

/** `GET /api/review/filters` answers a list; `PUT /api/review/filters/{name}` with a query as body answers the `SavedFilter`; `DELETE` takes it away. */
export interface SavedFilter {
  name: string;
  filter: QueueQuery;
}

/** `GET /api/review/search?words=…&by_sound=true&team=…&agent=…&from_ms=…&to_ms=…&before=…&limit=…` */
export interface SearchPage {
  hits: SearchHit[];
  /** `before` of the next page; null: this is the last. */
  next: number | null;
}
export interface SearchHit {
  call: string;
  seq: number;
  channel: Channel;
  from_ms: number;
  to_ms: number;
  text: string;
  agent: string;
  team: string;
  started_ms: number;
}

/* One call */

/**
 * `GET /api/review/calls/{call}`: for reviewers, and for the agent and the lead once it is finished. While whoever asks judges it blind in a
 * calibration, verdicts, appeals and comments are left out, and its history is refused (409). Its events are at `GET /api/calls/{call}/events`,
 * its recording (FLAC, two channels, ranges) at `GET /api/calls/{call}/recording`, its waveform at `GET /api/calls/{call}/peaks`.
 */
export interface ReviewCall {
  call: string;
  agent: string;
  agent_name: string;
  team: string;
  station: number;
  started_ms: number;
  length_ms: number;
  ended_by: string;
  script: string;
  script_sha256: string;
  model: string;
  engine: string;
  recording: "none" | "coming" | "whole";
  state: ReviewState;
  sampled: "" | "random" | "risk";
  assigned_to: string;
  locked_by: string;
  locked_until_ms: number;
  finished_by: string;
  finished_ms: number | null;
  appeal_until_ms: number | null;
  /** In order of time. */
  flags: ReviewFlag[];
  comments: Comment[];
}

export interface ReviewFlag {
  flag: number;
  at_ms: number;
  rule: string;
  kind: FlagKind;
  channel: Channel;
  from_ms: number;
  to_ms: number;
  text: string;
  phrase: string;
  item: string;
  /** What the machine proposes. */
  points: number;
  /** 0 to 100. */
  sure: number;
  /** What the words are: the breach itself, what made the rule apply, or almost what was due. */
  basis: "words" | "situation" | "near_miss" | null;
  /** The phrase beside what was heard, syllable by syllable; see `Agreement` in `src/call/heard.rs`. */
  aligned: Aligned[];
  /** Empty: the machine raised it. */
  added_by: string;
  /** What counts now; null: nobody has decided. */
  verdict: Decided | null;
  /** What the first reviewer had decided, where an appeal changed it. */
  first_verdict: Decided | null;
  appeal: Appeal | null;
}

export interface Aligned {
  phrase?: string;
  said?: string;
  /** `same`, `near`, … as `Agreement` says. */
  how: string;
}

export interface Decided {
  verdict: Verdict;
  /** What it puts on the score card; 0 unless confirmed. */
  points: number;
  item: string;
  complaint: boolean;
  note: string;
  decided_by: string;
  decided_ms: number;
}

export interface Appeal {
  answer: "accepted" | "appealed";
  reason: string;
  answered_by: string;
  answered_ms: number;
  decision: "upheld" | "overturned" | null;
  decided_by: string;
  decided_ms: number | null;
  decision_note: string;
}

export interface Comment {
  comment: number;
  at_ms: number;
  who: string;
  wall_ms: number;
  text: string;
}

/**
 * `POST /api/review/calls/{call}/lock` takes or renews the lock for 2 min and marks the call as opened; `DELETE` gives it back. 409: somebody else has it
 * (the error names who). What changes a call needs the lock; assigning, reopening and deciding on an appeal need only that nobody else has it.
 * Finishing gives it back.
 */
export interface Lock {
  locked_by: string;
  locked_until_ms: number;
}

/** `POST /api/review/calls/{call}/flags/{flag}/verdict`; answers the `ReviewFlag`. */
export interface VerdictOrder {
  verdict: Verdict;
  note?: string;
  /** It led to a complaint: the item's higher points. */
  complaint?: boolean;
}

/** `POST /api/review/calls/{call}/flags`: the machine missed it; counts as confirmed by whoever adds it. Answers the `ReviewFlag`. */
export interface FlagOrder {
  rule: string;
  kind: FlagKind;
  channel: Channel;
  from_ms: number;
  to_ms: number;
  note: string;
}

/** `POST /api/review/calls/{call}/comments`; answers the `Comment`. */
export interface CommentOrder {
  at_ms: number;
  text: string;
}

/** `POST /api/review/calls/{call}/assign` answers the `ReviewCall`; empty: nobody. `GET /api/review/people` answers who can be chosen. */
export interface AssignOrder {
  to: string;
}
export interface Person {
  name: string;
  full_name: string;
}

/**
 * `POST /api/review/calls/{call}/finish`: the call goes to the agent; 409 while a flag is undecided. `POST …/reopen` takes it back while nobody has answered.
 * Both answer the `ReviewCall`.
 */

/** `GET /api/review/calls/{call}/history`: every decision, oldest first. */
export interface Decision {
  line: number;
  flag: number | null;
  wall_ms: number;
  who: string;
  act: "verdict" | "flag_added" | "accepted" | "appealed" | "upheld" | "overturned" | "assigned" | "finished" | "reopened" | "comment";
  /** What counted before and after; null: nothing. */
  before: unknown;
  after: unknown;
}

/* Appeals */

/** `GET /api/review/mine?month=2026-11`: the agent's finished calls, newest first. */
export interface MyCalls {
  rows: MyCall[];
}
export interface MyCall {
  call: string;
  started_ms: number;
  length_ms: number;
  confirmed: number;
  points: number;
  /** Flags that wait for the agent's answer. */
  unanswered: number;
  appeal_until_ms: number;
}

/** `POST /api/review/calls/{call}/flags/{flag}/answer`, `POST /api/scores/entries/{entry}/answer`: the agent's, once. Answers the `Appeal`. */
export interface AnswerOrder {
  answer: "accepted" | "appealed";
  /** Needed for an appeal. */
  reason: string;
}

/** `POST /api/review/calls/{call}/flags/{flag}/appeal`, `POST /api/scores/entries/{entry}/appeal`: by somebody else than who decided first. Final. */
export interface AppealOrder {
  decision: "upheld" | "overturned";
  note: string;
}

/* Calibration */

/** `POST /api/review/calibrations` makes one, `GET` lists those of whoever asks; `GET …/{calibration}` is one. */
export interface CalibrationOrder {
  name: string;
  call: string;
  judges: string[];
}
export interface Calibration {
  calibration: number;
  name: string;
  call: string;
  made_by: string;
  made_ms: number;
  closed_ms: number | null;
  judges: { user: string; full_name: string; done: boolean }[];
  /** Own verdicts, by flag; others' come with `agreement`. */
  mine: { flag: number; verdict: Verdict }[];
  /** Null until it is closed: judging is blind. Closed when all are done, or by who made it (`POST …/{calibration}/close`). */
  agreement: Agreement | null;
}
export interface Agreement {
  /** Every judge's verdict on every flag. */
  verdicts: { flag: number; rule: string; by: { user: string; verdict: Verdict | null }[] }[];
  /** Cohen's kappa of each two judges; null where chance explains all. */
  pairs: { one: string; other: string; flags: number; kappa: number | null }[];
  /** Fleiss' kappa, by rule and of all (`rule` empty). */
  by_rule: { rule: string; flags: number; kappa: number | null; agreed_share: number }[];
}
/** `POST /api/review/calibrations/{calibration}/verdicts`; `POST …/{calibration}/done` ends the own judging. Both answer the `Calibration`. */
export interface CalibrationVerdict {
  flag: number;
  verdict: Verdict;
}

/* What the rules learn */

/** `GET /api/review/precision?from_ms=…&to_ms=…` */
export interface Precision {
  rules: RulePrecision[];
  phrases: (RulePrecision & { phrase: string })[];
}
export interface RulePrecision {
  rule: string;
  flags: number;
  confirmed: number;
  dismissed: number;
  unsure: number;
  /** Added by persons: what the machine missed. */
  added: number;
  /** Cues that agents marked as wrong. */
  marked_wrong: number;
  /** confirmed / (confirmed + dismissed); null without either. */
  precision: number | null;
  /** Wilson's interval, 95 %. */
  low: number | null;
  high: number | null;
}
/** `GET /api/review/examples?rule=…&verdict=dismissed`: what was said, as lines to paste into a script's examples; numbers masked. */
export interface Examples {
  rule: string;
  /** TOML. */
  toml: string;
  lines: { text: string; phrase: string; call: string; flag: number }[];
}

/** `POST /api/backtests` with the script's text; one runs at a time (409). `GET /api/backtests/{backtest}`; `DELETE` stops it. */
export interface BacktestOrder {
  script: string;
  since_ms?: number;
}
export interface Backtest {
  backtest: number;
  state: "running" | "done" | "stopped" | "failed";
  /** Chinese; empty: nothing went wrong. */
  problem: string;
  /** Mistakes in the script, each with its line. */
  mistakes: { line: number; column: number; zh: string }[];
  calls_done: number;
  calls_all: number;
  /** null: not known yet. */
  left_s: number | null;
  calls_per_minute: number;
  gained: number;
  lost: number;
  unchanged: number;
  rules: { rule: string; gained: number; lost: number; unchanged: number }[];
  /** The newest 1,000. */
  changes: BacktestChange[];
}
export interface BacktestChange {
  change: "gained" | "lost";
  call: string;
  agent: string;
  team: string;
  started_ms: number;
  rule: string;
  kind: FlagKind;
  from_ms: number;
  to_ms: number;
  text: string;
}

/* Score cards */

/** `GET /api/scores/card?agent=1024&month=2026-11`; also `card.csv`, `card.xlsx`, `card.pdf`. */
export interface ScoreCard {
  agent: string;
  agent_name: string;
  team: string;
  month: string;
  /** When it was made. */
  made_ms: number;
  standard: string;
  start: number;
  total: number;
  lines: ScoreLine[];
  by_item: { item: string; text: string; count: number; points: number }[];
  /** Six months up to this one; null: no call and no entry. */
  trend: { month: string; total: number | null }[];
  /** Mean of the team in this month. */
  team_mean: number | null;
  /** At most five, most frequent first. */
  faults: { rule: string; count: number }[];
  calls: number;
  reviewed: number;
  /** Flags that nobody has decided on. */
  undecided: number;
}
export interface ScoreLine {
  /** Local date. */
  date: string;
  item: string;
  points: number;
  /** Chinese: why, as the card shows it. */
  reason: string;
  /** Evidence in a call; empty: entered, or by the standard itself. */
  call: string;
  flag: number | null;
  entry: number | null;
  who: string;
  appeal: Appeal | null;
  /** Appealed and overturned, or taken back: shown, and not counted. */
  void: boolean;
  /** By the standard itself, such as A3 after half a year: shown, and not counted until a lead enters it. */
  proposed: boolean;
}

/** `GET /api/scores/team?team=…&month=…`; also `team.csv`, `team.xlsx`, `team.pdf`. */
export interface TeamScores {
  team: string;
  month: string;
  made_ms: number;
  mean: number | null;
  agents: { agent: string; agent_name: string; total: number; deductions: number; bonuses: number; open_appeals: number; calls: number }[];
  faults: { rule: string; count: number }[];
  trend: { month: string; mean: number | null }[];
}

/** `POST /api/scores/entries`: by a lead, with a note; `POST /api/scores/entries/{entry}/withdraw`. Both answer the `ScoreLine`. */
export interface EntryOrder {
  agent: string;
  team: string;
  date: string;
  item: string;
  points: number;
  note: string;
}
/** `GET /api/scores/standard`: the items, for choosing one. */
export interface Standard {
  name: string;
  start: number;
  items: { item: string; text: string; deduct: number; deduct_complaint: number | null; bonus: number | null; from_calls: boolean }[];
}

/* Import */

/** `POST /api/imports`, then `PUT /api/imports/{import}/files/{name}` for each recording (body: the file), then `POST /api/imports/{import}/start`. */
export interface ImportOrder {
  name: string;
  /** How file names tell date, agent and more, such as `{date}_{time}_{agent}`; parts not known are left to the defaults. */
  name_pattern: string;
  /** Text of a CSV with a column `file` and any of date, time, agent, team, surname, title; empty: none. */
  csv: string;
  /** Where neither says. */
  team: string;
  agent: string;
  /** The left channel is the customer's. */
  swap_channels: boolean;
}
/** `GET /api/imports`: newest first. `GET /api/imports/{import}` has the files, too. */
export interface Import {
  import: number;
  name: string;
  made_by: string;
  made_ms: number;
  state: "waiting" | "running" | "done";
  files: number;
  done: number;
  refused: number;
  audio_done_ms: number;
  /** null: not known yet. */
  left_s: number | null;
  problems: { file: string; zh: string }[];
}

/* Sound */

/** `GET /api/calls/{call}/peaks`: loudest sample of each 50 ms, 0 to 127, made once and kept. 404 while nothing of the recording is there. */
export interface Peaks {
  per_s: number;
  length_ms: number;
  agent: number[];
  customer: number[];
}

/** `GET /api/rules`: what the evidence shows of a rule. */
export interface RuleCard {
  rule: string;
  title: string;
  item: string;
  say: string[];
  never: string[];
  /** The company's own sentence. */
  source: string;
}

/** `GET /api/calls/{call}/events?after=0`. */
export interface EventsPage {
  events: StampedEvent[];
  more: boolean;
}

/* Privacy, for administrators */

/** `GET /api/privacy/person?customer=…|agent=…` finds, `…/export` answers a ZIP, `POST /api/privacy/erase` erases; the audit trail keeps that it was done. */
export interface PersonQuery {
  /** Number of an agent. */
  agent?: string;
  /** Words that name a customer, such as a telephone number; found in transcripts and call data. */
  words?: string;
  /** Calls by id. */
  calls?: string[];
}
export interface PersonFound {
  calls: { call: string; started_ms: number; agent: string; team: string }[];
}
