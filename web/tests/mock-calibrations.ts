/** What the mock answers of calibrations: one to judge, one that is over. */
import type { Agreement, Calibration, CalibrationOrder, Verdict } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import { FIRST_CALL, type MockWorld } from "./mock-review-world.ts";

const PEOPLE: Readonly<Record<string, string>> = { qiu: "邱月", gao: "高建国", admin: "陈静" };
const OTHERS: readonly (readonly Verdict[])[] = [["confirmed", "dismissed", "confirmed", "unsure"], ["confirmed", "confirmed", "confirmed", "dismissed"]];

interface Kept {
  calibration: Calibration;
  verdicts: Map<string, Map<number, Verdict>>;
}

export class MockCalibrations {
  readonly #world: MockWorld;
  readonly #all: Kept[] = [];

  constructor(world: MockWorld) {
    this.#world = world;
    const over = this.#make({ name: "十月校准", call: FIRST_CALL, judges: ["qiu", "gao", "admin"] }, "admin", world.now_ms - 20 * 86_400_000);
    ["qiu", "gao", "admin"].forEach((user, place) => this.#fill(over, user, OTHERS[place % 2]!));
    this.#close(over);
    const running = this.#make({ name: "十一月第二次校准", call: FIRST_CALL, judges: ["qiu", "gao", "admin"] }, "qiu", world.now_ms - 86_400_000);
    this.#fill(running, "gao", OTHERS[0]!);
    this.#fill(running, "admin", OTHERS[1]!);
  }

  answer({ what, body, user }: Asked): Reply | undefined {
    if (what === "GET /api/review/calibrations") return [200, this.#all.toReversed().map((kept) => seenBy(kept, user.name))];
    if (what === "POST /api/review/calibrations") return [200, seenBy(this.#make(body as unknown as CalibrationOrder, user.name, this.#world.now_ms), user.name)];
    const [, method, number, act] = /^(GET|POST) \/api\/review\/calibrations\/(\d+)(?:\/(verdicts|done|close))?$/.exec(what) ?? [];
    if (method === undefined) return undefined;
    const kept = this.#all.find(({ calibration }) => calibration.calibration === Number(number));
    if (!kept) return fault(404, "没有这次校准", "there is no such calibration");
    if (act === "verdicts") this.#verdictsOf(kept, user.name).set(Number(body["flag"]), body["verdict"] as Verdict);
    if (act === "done") this.#end(kept, user.name);
    if (act === "close") this.#close(kept);
    return [200, seenBy(kept, user.name)];
  }

  #make({ name, call, judges }: CalibrationOrder, made_by: string, made_ms: number): Kept {
    const calibration: Calibration = {
      calibration: this.#all.length + 1, name, call, made_by, made_ms, closed_ms: null, mine: [], agreement: null,
      judges: judges.map((user) => ({ user, full_name: PEOPLE[user] ?? user, done: false })),
    };
    const kept: Kept = { calibration, verdicts: new Map() };
    this.#all.push(kept);
    return kept;
  }

  #fill(kept: Kept, user: string, verdicts: readonly Verdict[]): void {
    const flags = this.#world.call(kept.calibration.call)?.review.flags ?? [];
    flags.forEach(({ flag }, place) => this.#verdictsOf(kept, user).set(flag, verdicts[place % verdicts.length]!));
    this.#end(kept, user);
  }

  #verdictsOf({ verdicts }: Kept, user: string): Map<number, Verdict> {
    const own = verdicts.get(user) ?? new Map<number, Verdict>();
    verdicts.set(user, own);
    return own;
  }

  #end(kept: Kept, user: string): void {
    const judge = kept.calibration.judges.find((each) => each.user === user);
    if (judge) judge.done = true;
    if (kept.calibration.judges.every(({ done }) => done)) this.#close(kept);
  }

  /** Kappas are made up; the verdicts are those that were given. */
  #close(kept: Kept): void {
    const flags = this.#world.call(kept.calibration.call)?.review.flags ?? [];
    const { judges } = kept.calibration;
    const verdicts = flags.map(({ flag, rule }) => ({ flag, rule, by: judges.map(({ user }) => ({ user, verdict: kept.verdicts.get(user)?.get(flag) ?? null })) }));
    const rules = [...new Set(flags.map(({ rule }) => rule))];
    const pairs = judges.flatMap(({ user: one }, place) => judges.slice(place + 1).map(({ user: other }, index) => ({ one, other, flags: flags.length, kappa: [0.64, 1, 0.51][(place + index) % 3]! })));
    const agreement: Agreement = {
      verdicts,
      pairs,
      by_rule: [{ rule: "", flags: flags.length, kappa: 0.72, agreed_share: 0.5 }, ...rules.map((rule, place) => ({ rule, flags: 1, kappa: [null, 0.33, 0.85, -0.1][place % 4]!, agreed_share: place % 2 === 0 ? 1 : 0 }))],
    };
    Object.assign(kept.calibration, { closed_ms: this.#world.now_ms, agreement });
  }
}

function seenBy({ calibration, verdicts }: Kept, user: string): Calibration {
  return { ...calibration, mine: [...(verdicts.get(user) ?? [])].map(([flag, verdict]) => ({ flag, verdict })) };
}
