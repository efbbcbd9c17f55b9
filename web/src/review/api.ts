/** Every request of the review room, as `wire.ts` has it. None throws: what goes wrong is a `Fault`. */
import { askOver, named, queryOf, type Fetch } from "../house/request.ts";
import { sessionApi } from "../house/session-api.ts";
import type {
  AnswerOrder, Appeal, AppealOrder, AssignOrder, Backtest, BacktestOrder, Calibration, CalibrationOrder, CalibrationVerdict, Comment, CommentOrder,
  Decision, EntryOrder, EventsPage, Examples, FlagOrder, Import, ImportOrder, Lock, MyCalls, Peaks, Person, PersonFound, PersonQuery, Precision,
  QueuePage, QueueQuery, ReviewCall, ReviewFlag, RuleCard, SampleDrawn, SampleOrder, SavedFilter, ScoreCard, ScoreLine, SearchPage, Standard,
  TeamScores, Verdict, VerdictOrder,
} from "./wire.ts";

export interface SearchQuery {
  words: string;
  by_sound?: boolean;
  team?: string;
  agent?: string;
  from_ms?: number;
  to_ms?: number;
  before?: number;
  limit?: number;
}

/** What a score card or a team's sheet can be saved as. */
export type SheetKind = "csv" | "xlsx" | "pdf";

export type ReviewApi = ReturnType<typeof reviewApiOver>;

export function reviewApiOver(fetch: Fetch) {
  const ask = askOver(fetch);
  const ofCall = (call: string): string => named("/api/review/calls", call);
  const ofFlag = (call: string, flag: number): string => `${ofCall(call)}/flags/${flag}`;
  const entry = (number: number): string => `/api/scores/entries/${number}`;
  const calibration = (number: number): string => `/api/review/calibrations/${number}`;
  return {
    ...sessionApi(ask),

    queue: (query: QueueQuery) => ask<QueuePage>("GET", `/api/review/queue${queryOf(query)}`),
    sample: (order: SampleOrder) => ask<SampleDrawn>("POST", "/api/review/sample", order),
    filters: () => ask<SavedFilter[]>("GET", "/api/review/filters"),
    saveFilter: ({ name, filter }: SavedFilter) => ask<null>("PUT", named("/api/review/filters", name), filter),
    dropFilter: (name: string) => ask<null>("DELETE", named("/api/review/filters", name)),
    people: () => ask<Person[]>("GET", "/api/review/people"),
    search: (query: SearchQuery) => ask<SearchPage>("GET", `/api/review/search${queryOf(query)}`),

    call: (call: string) => ask<ReviewCall>("GET", ofCall(call)),
    events: (call: string, after: number) => ask<EventsPage>("GET", `${named("/api/calls", call)}/events${queryOf({ after })}`),
    peaks: (call: string) => ask<Peaks>("GET", `${named("/api/calls", call)}/peaks`),
    rules: () => ask<RuleCard[]>("GET", "/api/rules"),
    lock: (call: string) => ask<Lock>("POST", `${ofCall(call)}/lock`),
    unlock: (call: string) => ask<null>("DELETE", `${ofCall(call)}/lock`),
    verdict: (call: string, flag: number, order: VerdictOrder) => ask<ReviewFlag>("POST", `${ofFlag(call, flag)}/verdict`, order),
    addFlag: (call: string, order: FlagOrder) => ask<ReviewFlag>("POST", `${ofCall(call)}/flags`, order),
    comment: (call: string, order: CommentOrder) => ask<Comment>("POST", `${ofCall(call)}/comments`, order),
    assign: (call: string, order: AssignOrder) => ask<null>("POST", `${ofCall(call)}/assign`, order),
    finish: (call: string) => ask<ReviewCall>("POST", `${ofCall(call)}/finish`),
    reopen: (call: string) => ask<ReviewCall>("POST", `${ofCall(call)}/reopen`),
    history: (call: string) => ask<Decision[]>("GET", `${ofCall(call)}/history`),

    mine: (month: string) => ask<MyCalls>("GET", `/api/review/mine${queryOf({ month })}`),
    answer: (call: string, flag: number, order: AnswerOrder) => ask<Appeal>("POST", `${ofFlag(call, flag)}/answer`, order),
    decideAppeal: (call: string, flag: number, order: AppealOrder) => ask<Appeal>("POST", `${ofFlag(call, flag)}/appeal`, order),
    answerEntry: (number: number, order: AnswerOrder) => ask<Appeal>("POST", `${entry(number)}/answer`, order),
    decideEntryAppeal: (number: number, order: AppealOrder) => ask<Appeal>("POST", `${entry(number)}/appeal`, order),

    calibrations: () => ask<Calibration[]>("GET", "/api/review/calibrations"),
    calibration: (number: number) => ask<Calibration>("GET", calibration(number)),
    makeCalibration: (order: CalibrationOrder) => ask<Calibration>("POST", "/api/review/calibrations", order),
    judge: (number: number, order: CalibrationVerdict) => ask<Calibration>("POST", `${calibration(number)}/verdicts`, order),
    judged: (number: number) => ask<Calibration>("POST", `${calibration(number)}/done`),
    closeCalibration: (number: number) => ask<Calibration>("POST", `${calibration(number)}/close`),

    precision: (from_ms: number, to_ms: number) => ask<Precision>("GET", `/api/review/precision${queryOf({ from_ms, to_ms })}`),
    examples: (rule: string, verdict: Verdict) => ask<Examples>("GET", `/api/review/examples${queryOf({ rule, verdict })}`),
    startBacktest: (order: BacktestOrder) => ask<Backtest>("POST", "/api/backtests", order),
    backtest: (number: number) => ask<Backtest>("GET", `/api/backtests/${number}`),
    stopBacktest: (number: number) => ask<null>("DELETE", `/api/backtests/${number}`),

    card: (agent: string, month: string) => ask<ScoreCard>("GET", `/api/scores/card${queryOf({ agent, month })}`),
    team: (team: string, month: string) => ask<TeamScores>("GET", `/api/scores/team${queryOf({ team, month })}`),
    standard: () => ask<Standard>("GET", "/api/scores/standard"),
    enter: (order: EntryOrder) => ask<ScoreLine>("POST", "/api/scores/entries", order),
    withdraw: (number: number) => ask<ScoreLine>("POST", `${entry(number)}/withdraw`),

    imports: () => ask<Import[]>("GET", "/api/imports"),
    import: (number: number) => ask<Import>("GET", `/api/imports/${number}`),
    makeImport: (order: ImportOrder) => ask<Import>("POST", "/api/imports", order),
    sendFile: (number: number, name: string, file: Blob) => ask<null>("PUT", named(`/api/imports/${number}/files`, name), file),
    startImport: (number: number) => ask<Import>("POST", `/api/imports/${number}/start`),

    findPerson: (query: PersonQuery) => ask<PersonFound>("GET", `/api/privacy/person${personQuery(query)}`),
    erase: (query: PersonQuery) => ask<null>("POST", "/api/privacy/erase", query),
  };
}

/* Addresses that the browser itself asks for. */

export function recordingPath(call: string): string {
  return `${named("/api/calls", call)}/recording`;
}

export function cardPath(agent: string, month: string, kind: SheetKind): string {
  return `/api/scores/card.${kind}${queryOf({ agent, month })}`;
}

export function teamPath(team: string, month: string, kind: SheetKind): string {
  return `/api/scores/team.${kind}${queryOf({ team, month })}`;
}

export function exportPath(query: PersonQuery): string {
  return `/api/privacy/person/export${personQuery(query)}`;
}

function personQuery({ agent, words, calls }: PersonQuery): string {
  return queryOf({ agent, words, calls: calls?.join(",") });
}
