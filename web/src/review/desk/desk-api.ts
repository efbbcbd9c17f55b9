/** What the desk's views ask over HTTP: own calls, appeals, score cards, calibration, precision, back-tests, imports, personal data. */
import { request, type Answer, type Fetch } from "../../floor/api.ts";
import type {
  AnswerOrder, Appeal, AppealOrder, Backtest, BacktestOrder, Calibration, CalibrationOrder, CalibrationVerdict, EntryOrder, Examples, Import,
  ImportOrder, MyCalls, Person, PersonFound, PersonQuery, Precision, ReviewCall, RuleCard, ScoreCard, ScoreLine, Standard, TeamScores, Verdict,
} from "../wire.ts";

/** Sends one file and tells how much of it is gone, 0 to 1. Aborting answers a fault. */
export type SendFile = (path: string, file: Blob, onpart: (share: number) => void) => Promise<Answer<null>>;

export type DeskApi = ReturnType<typeof deskApiOver>;

/** All requests. None throws: what goes wrong is a `Fault`. */
export function deskApiOver(fetch: Fetch, sendFile: SendFile) {
  const ask = <T>(method: string, path: string, body?: unknown): Promise<Answer<T>> => request<T>(fetch, method, path, body);
  return {
    rules: () => ask<RuleCard[]>("GET", "/api/rules"),
    people: () => ask<Person[]>("GET", "/api/review/people"),
    call: (call: string) => ask<ReviewCall>("GET", `/api/review/calls/${part(call)}`),

    mine: (month: string) => ask<MyCalls>("GET", `/api/review/mine?${query({ month })}`),
    answer: (call: string, flag: number, order: AnswerOrder) => ask<Appeal>("POST", `/api/review/calls/${part(call)}/flags/${flag}/answer`, order),
    decideAppeal: (call: string, flag: number, order: AppealOrder) => ask<Appeal>("POST", `/api/review/calls/${part(call)}/flags/${flag}/appeal`, order),
    answerEntry: (entry: number, order: AnswerOrder) => ask<Appeal>("POST", `/api/scores/entries/${entry}/answer`, order),
    decideEntryAppeal: (entry: number, order: AppealOrder) => ask<Appeal>("POST", `/api/scores/entries/${entry}/appeal`, order),

    card: (agent: string, month: string) => ask<ScoreCard>("GET", `/api/scores/card?${query({ agent, month })}`),
    team: (team: string, month: string) => ask<TeamScores>("GET", `/api/scores/team?${query({ team, month })}`),
    standard: () => ask<Standard>("GET", "/api/scores/standard"),
    enter: (order: EntryOrder) => ask<ScoreLine>("POST", "/api/scores/entries", order),
    withdraw: (entry: number) => ask<ScoreLine>("POST", `/api/scores/entries/${entry}/withdraw`),

    calibrations: () => ask<Calibration[]>("GET", "/api/review/calibrations"),
    calibration: (calibration: number) => ask<Calibration>("GET", `/api/review/calibrations/${calibration}`),
    makeCalibration: (order: CalibrationOrder) => ask<Calibration>("POST", "/api/review/calibrations", order),
    judge: (calibration: number, verdict: CalibrationVerdict) => ask<Calibration>("POST", `/api/review/calibrations/${calibration}/verdicts`, verdict),
    judged: (calibration: number) => ask<Calibration>("POST", `/api/review/calibrations/${calibration}/done`),
    closeCalibration: (calibration: number) => ask<Calibration>("POST", `/api/review/calibrations/${calibration}/close`),

    precision: (from_ms: number, to_ms: number) => ask<Precision>("GET", `/api/review/precision?${query({ from_ms, to_ms })}`),
    examples: (rule: string, verdict: Verdict) => ask<Examples>("GET", `/api/review/examples?${query({ rule, verdict })}`),

    startBacktest: (order: BacktestOrder) => ask<Backtest>("POST", "/api/backtests", order),
    backtest: (backtest: number) => ask<Backtest>("GET", `/api/backtests/${backtest}`),
    stopBacktest: (backtest: number) => ask<Backtest | null>("DELETE", `/api/backtests/${backtest}`),

    imports: () => ask<Import[]>("GET", "/api/imports"),
    import: (id: number) => ask<Import>("GET", `/api/imports/${id}`),
    makeImport: (order: ImportOrder) => ask<Import>("POST", "/api/imports", order),
    sendFile: (id: number, name: string, file: Blob, onpart: (share: number) => void) => sendFile(`/api/imports/${id}/files/${part(name)}`, file, onpart),
    startImport: (id: number) => ask<Import>("POST", `/api/imports/${id}/start`),

    findPerson: (person: PersonQuery) => ask<PersonFound>("GET", `/api/privacy/person?${personQuery(person)}`),
    erase: (person: PersonQuery) => ask<PersonFound | null>("POST", "/api/privacy/erase", person),
  };
}

/** Formats in which a score card can be taken along. */
export const FORMATS = ["csv", "xlsx", "pdf", "json"] as const;
export type Format = (typeof FORMATS)[number];

export function cardAddress(agent: string, month: string, format: Format): string {
  return `/api/scores/card${suffix(format)}?${query({ agent, month })}`;
}

export function teamAddress(team: string, month: string, format: Format): string {
  return `/api/scores/team${suffix(format)}?${query({ team, month })}`;
}

/** Where a ZIP of all that is kept of a person comes from. */
export function exportAddress(person: PersonQuery): string {
  return `/api/privacy/person/export?${personQuery(person)}`;
}

/** JSON is what the address without a suffix answers. */
function suffix(format: Format): string {
  return format === "json" ? "" : `.${format}`;
}

function personQuery({ agent, words, calls }: PersonQuery): URLSearchParams {
  return query({ ...(agent && { agent }), ...(words && { words }), ...(calls?.length && { calls: calls.join(",") }) });
}

function query(fields: Readonly<Record<string, string | number>>): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function part(name: string): string {
  return encodeURIComponent(name);
}
