/** Who has had the processor: this test with all that it started, or others on the machine. Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Ticks of the processor so far. */
export interface Ticks {
  /** Since the machine's start; what a host took away from it is not its own either. */
  all: number;
  own: number;
}

/** Undefined where nobody can say. */
export function ticks(): Ticks | undefined {
  try {
    const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft_interrupts = 0, stolen = 0] = numbersIn(readFileSync("/proc/stat", "utf8").split("\n", 1)[0]!);
    return { all: user + nice + system + interrupts + soft_interrupts + stolen, own: ownTicks() };
  } catch {
    return undefined;
  }
}

/** What others had of the machine between two moments, 0 to 1. A process that ended in between counts among them. */
export function othersShare(from: Ticks, to: Ticks, seconds: number): number {
  const TICKS_PER_S = 100;
  const others = to.all - from.all - (to.own - from.own);
  return Math.max(0, others / (seconds * TICKS_PER_S * availableParallelism()));
}

/** Of this process and those below it. */
function ownTicks(): number {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name stands in brackets and may hold anything.
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const [parent = 0, , , , , , , , , , user = 0, system = 0] = numbersIn(stat.slice(stat.lastIndexOf(")")));
        return [{ pid: Number(pid), parent, ticks: user + system }];
      } catch {
        // It has ended.
        return [];
      }
    });
  const own = new Set([process.pid]);
  for (let before = 0; before < own.size; ) {
    before = own.size;
    for (const { pid, parent } of processes) if (own.has(parent)) own.add(pid);
  }
  return processes.filter(({ pid }) => own.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}

function numbersIn(line: string): number[] {
  return (line.match(/-?\d+/g) ?? []).map(Number);
}
