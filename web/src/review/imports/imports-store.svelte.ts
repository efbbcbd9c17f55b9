/** Old recordings on their way in. Sending goes on while other views are open. */
import { named } from "../../house/request.ts";
import { valueOf, type Desk } from "../desk/desk.ts";
import { sendFile, type SendFile } from "../desk/send-file.ts";
import type { Import, ImportOrder } from "../wire.ts";
import { newRecordings, type Sending } from "./sending.ts";

/** How often running imports are asked after. */
const PERIOD_MS = 2_000;
/** Files that are sent side by side. */
const SIDE_BY_SIDE = 2;

const PASSED_OVER = (n: number) => ({ zh: `${n} 个文件不是录音，或已在列表中，没有加入`, en: `${n} files are no recordings, or listed already` });

export class ImportsStore {
  list: readonly Import[] = $state.raw([]);
  /** One of the list, with its files' problems. */
  opened: Import | undefined = $state.raw();
  loading = $state(false);
  /** Files chosen for the new import. */
  sendings: Sending[] = $state([]);
  /** The new import, once the floor knows it. */
  made: Import | undefined = $state.raw();
  sending = $state(false);

  readonly #desk: Desk;
  readonly #send: SendFile;
  #cancel = (): void => undefined;

  constructor(desk: Desk, send: SendFile = sendFile) {
    this.#desk = desk;
    this.#send = send;
  }

  async load(): Promise<void> {
    this.#cancel();
    this.loading = this.list.length === 0;
    this.list = (await valueOf(this.#desk, this.#desk.api.imports())) ?? this.list;
    this.loading = false;
    if (this.opened) await this.open(this.opened.import);
    if (this.list.some(({ state }) => state === "running")) this.#cancel = this.#desk.after(PERIOD_MS, () => void this.load());
  }

  /** Stops asking; what is being sent goes on. */
  rest(): void {
    this.#cancel();
  }

  async open(number: number): Promise<void> {
    this.opened = (await valueOf(this.#desk, this.#desk.api.import(number))) ?? this.opened;
  }

  fold(): void {
    this.opened = undefined;
  }

  add(files: readonly File[]): void {
    const { taken, passed_over } = newRecordings(files, this.sendings);
    this.sendings.push(...taken);
    if (passed_over > 0) this.#desk.say(PASSED_OVER(passed_over));
  }

  drop(name: string): void {
    this.sendings = this.sendings.filter(({ file }) => file.name !== name);
  }

  /** Makes the import, sends its files, and starts it if all arrived; true: it runs, and the form can go. */
  async bring(order: ImportOrder): Promise<boolean> {
    this.sending = true;
    this.made ??= await valueOf(this.#desk, this.#desk.api.makeImport(order));
    if (this.made) await this.#sendAll(this.made.import);
    this.sending = false;
    const all_there = this.made !== undefined && this.sendings.every(({ state }) => state === "sent");
    return all_there && (await this.start());
  }

  /** Starts it with what has arrived. */
  async start(): Promise<boolean> {
    if (!this.made) return false;
    const started = await valueOf(this.#desk, this.#desk.api.startImport(this.made.import));
    if (!started) return false;
    this.made = undefined;
    this.sendings = [];
    await this.load();
    return true;
  }

  async #sendAll(number: number): Promise<void> {
    for (const each of this.sendings) if (each.state === "failed") Object.assign(each, { state: "waiting", share: 0, why: undefined });
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => this.#sendSome(number)));
  }

  async #sendSome(number: number): Promise<void> {
    for (;;) {
      const next = this.sendings.find(({ state }) => state === "waiting");
      if (!next) return;
      next.state = "sending";
      const answer = await this.#send(named(`/api/imports/${number}/files`, next.file.name), next.file, (share) => (next.share = share));
      if (answer.ok) Object.assign(next, { state: "sent", share: 1 });
      else Object.assign(next, { state: "failed", why: answer.fault });
      if (!answer.ok && answer.fault.status === 401) return this.#desk.tell(answer.fault);
    }
  }
}
