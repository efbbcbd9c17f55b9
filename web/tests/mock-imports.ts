/** What the mock answers of imports: uploads are counted; a started one goes on by itself, a step each time it is looked at. */
import type { Import, ImportOrder } from "../src/review/wire.ts";
import { fault, type Reply } from "./mock-floor-api.ts";
import type { Asked } from "./mock-review.ts";
import type { MockWorld } from "./mock-review-world.ts";

const PROBLEMS = [
  { file: "20261003_091500_1024.wav", zh: "文件已损坏：数据在第 3 秒处中断，请重新导出" },
  { file: "20261003_102233_1025.wav", zh: "只有一个声道，分不出坐席和客户；请用双声道录音" },
  { file: "录音1.mp3", zh: "文件名和表格都没有日期；请改名或在表格中补上" },
  { file: "20261004_080000_1031.flac", zh: "空文件" },
];

export class MockImports {
  readonly #world: MockWorld;
  readonly #imports: Import[] = [];
  /** Names of uploads that do not arrive, once each. */
  readonly #broken = new Set(["broken.wav"]);

  constructor(world: MockWorld) {
    this.#world = world;
    const made = world.now_ms - 2 * 86_400_000;
    this.#imports.push({ import: 1, name: "九月旧录音", made_by: "陈静", made_ms: made, state: "done", files: 118, done: 114, refused: 4, audio_done_ms: 114 * 214_000, left_s: 0, problems: PROBLEMS });
    this.#imports.push({ import: 2, name: "十月旧录音", made_by: "陈静", made_ms: world.now_ms - 3_600_000, state: "running", files: 460, done: 171, refused: 0, audio_done_ms: 171 * 231_000, left_s: 2_540, problems: [] });
  }

  answer({ what, body, user }: Asked): Reply | undefined {
    if (what === "GET /api/imports") {
      for (const each of this.#imports) if (each.state === "running") advance(each);
      return [200, this.#imports.toReversed().map((each) => ({ ...each, problems: [] }))];
    }
    if (what === "POST /api/imports") {
      const { name } = body as unknown as ImportOrder;
      const made: Import = { import: this.#imports.length + 1, name, made_by: user.full_name, made_ms: this.#world.now_ms, state: "waiting", files: 0, done: 0, refused: 0, audio_done_ms: 0, left_s: null, problems: [] };
      this.#imports.push(made);
      return [200, made];
    }
    const [, , number, rest = ""] = /^(GET|PUT|POST) \/api\/imports\/(\d+)(?:\/(.+))?$/.exec(what) ?? [];
    if (number === undefined) return undefined;
    const found = this.#imports.find((each) => each.import === Number(number));
    if (!found) return fault(404, "没有这次导入", "there is no such import");
    if (rest.startsWith("files/")) {
      if (this.#broken.delete(decodeURIComponent(rest.slice("files/".length)))) return fault(507, "磁盘空间不足，请稍后再试", "no room on the disk");
      found.files += 1;
      return [204, null];
    }
    if (rest === "start") Object.assign(found, { state: "running", left_s: null });
    return [200, found];
  }
}

function advance(each: Import): void {
  each.done = Math.min(each.files, each.done + 1);
  each.audio_done_ms = each.done * 231_000;
  if (each.done === each.files) Object.assign(each, { state: "done", left_s: 0 });
}
