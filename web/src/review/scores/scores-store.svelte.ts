/** Score cards: of one agent, or of a team's agents, in a month. */
import { valueOf, type Desk } from "../desk/desk.ts";
import { cardHash, teamHash } from "./scores-route.ts";
import { monthFrom, monthOf } from "../desk/month.ts";
import type { EntryOrder, ScoreCard, Standard, TeamScores } from "../wire.ts";
import { TEXTS } from "./texts.ts";

export class ScoresStore {
  view: "team" | "card" = $state("team");
  team = $state("");
  agent = $state("");
  month = $state("");
  card: ScoreCard | undefined = $state.raw();
  /** Of the team that is shown, or of the agent's, for comparison; undefined where it may not be seen. */
  team_scores: TeamScores | undefined = $state.raw();
  standard: Standard | undefined = $state.raw();
  /** Titles of rules. */
  titles: ReadonlyMap<string, string> = $state.raw(new Map());
  loading = $state(false);

  readonly #desk: Desk;
  /** Counts what was asked for, so that a late answer is not taken for the newest. */
  #asked = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.month = monthOf(desk.now());
    this.team = desk.user.teams[0] ?? "";
    void this.#loadTitles();
  }

  /** An agent sees the own card and nothing else. */
  get own(): boolean {
    return this.#desk.user.agent !== null;
  }

  /** Shows what the address says behind `#/scores/`: nothing, `team/NAME/MONTH`, or `card/AGENT/MONTH`. */
  async open([kind, of, month]: readonly string[]): Promise<void> {
    this.month = monthFrom(month) ?? this.month;
    this.view = this.own || kind === "card" ? "card" : "team";
    if (this.view === "card") this.agent = this.#desk.user.agent ?? of ?? this.agent;
    else this.team = of || this.team;
    await this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    if (this.view === "card") await this.#loadCard(asked);
    else await this.#loadTeam(this.team, asked);
    if (asked === this.#asked) this.loading = false;
  }

  pickMonth(month: string): void {
    this.#desk.go(this.view === "card" ? cardHash(this.agent, month) : teamHash(this.team, month));
  }

  pickTeam(team: string): void {
    if (team !== "") this.#desk.go(teamHash(team, this.month));
  }

  pickAgent(agent: string): void {
    this.#desk.go(cardHash(agent, this.month));
  }

  async loadStandard(): Promise<void> {
    this.standard ??= await valueOf(this.#desk, this.#desk.api.standard());
  }

  /** False if it was refused. */
  async enter(order: EntryOrder): Promise<boolean> {
    const line = await valueOf(this.#desk, this.#desk.api.enter(order));
    if (line === undefined) return false;
    this.#desk.say(TEXTS.zh.saved);
    await this.load();
    return true;
  }

  async withdraw(entry: number): Promise<void> {
    const line = await valueOf(this.#desk, this.#desk.api.withdraw(entry));
    if (line === undefined) return;
    this.#desk.say(TEXTS.zh.withdrawn);
    await this.load();
  }

  async #loadCard(asked: number): Promise<void> {
    const card = await valueOf(this.#desk, this.#desk.api.card(this.agent, this.month));
    if (asked !== this.#asked) return;
    this.card = card;
    void this.loadStandard();
    if (!card || this.own) return;
    this.team = card.team || this.team;
    await this.#loadTeam(this.team, asked);
  }

  async #loadTeam(team: string, asked: number): Promise<void> {
    if (team === "") return;
    const scores = await valueOf(this.#desk, this.#desk.api.team(team, this.month));
    if (asked === this.#asked) this.team_scores = scores;
  }

  async #loadTitles(): Promise<void> {
    const rules = await valueOf(this.#desk, this.#desk.api.rules());
    this.titles = new Map(rules?.map(({ rule, title }) => [rule, title]));
  }
}
