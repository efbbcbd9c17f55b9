/** The tile that is open beside the others: its call as it goes, lines to the agent, listening in, the agent's day. */
import type { AgentState } from "../agent/agent-state.ts";
import type { Day, FromLead, LeadMessage, LiveAudio, Tile } from "../floor-wire.ts";
import type { Channel, Moment, StampedEvent } from "../wire.ts";
import type { Api } from "./api.ts";
import { followed, followFrom, withMoment, type FollowedCall } from "./follow.ts";
import type { LivePlayer } from "./live-player.ts";

export interface CallParts {
  api: Pick<Api, "agentDay">;
  send(request: FromLead): boolean;
  openPlayer(): LivePlayer;
  after(delay_ms: number, act: () => void): () => void;
}

/** A volume goes up or down by this with each key press. */
export const VOLUME_STEP = 0.1;
/** Without sound for so long, the lead is told that none comes. */
const NO_SOUND_MS = 2_000;

export class CallStore {
  readonly station: number;
  readonly agent: string;
  followed: FollowedCall | undefined = $state.raw();
  listening = $state(false);
  /** Sound has come lately. */
  sound = $state(false);
  volume: Record<Channel, number> = $state.raw({ agent: 1, customer: 1 });
  /** The agent's day in figures; undefined until the floor has told. */
  day: Day | undefined = $state.raw();

  readonly #parts: CallParts;
  #player: LivePlayer | undefined;
  /** The call was asked for again because events are missing. */
  #asked_again = false;
  #cancelNoSound = (): void => undefined;

  constructor(parts: CallParts, tile: Tile) {
    this.#parts = parts;
    this.station = tile.station;
    this.agent = tile.agent;
    this.onTile(tile);
    void this.loadDay();
  }

  get state(): AgentState | undefined {
    return this.followed?.state;
  }

  /** The tile has changed: a new call is followed, one that is over stays to be read. */
  onTile(tile: Tile): void {
    if (tile.call === (this.followed?.call ?? "")) return;
    if (this.listening) this.listen(false);
    if (tile.call === "") return;
    this.followed = followFrom(tile.call);
    this.reopen();
  }

  /** Asks for the whole call: after a break, or when events are missing. */
  reopen(): void {
    if (this.followed) this.#parts.send({ type: "open", call: this.followed.call });
  }

  onEvent(event: StampedEvent): void {
    if (!this.followed) return;
    const next = followed(this.followed, event);
    if (next === "gap") {
      if (!this.#asked_again) this.reopen();
      this.#asked_again = true;
      return;
    }
    this.#asked_again = false;
    this.followed = next;
    if (event.type === "call_ended") void this.loadDay();
  }

  onMoment(call: string, moment: Moment): void {
    if (this.followed) this.followed = withMoment(this.followed, call, moment);
  }

  note(text: string): boolean {
    return this.#parts.send({ type: "note", station: this.station, text });
  }

  listen(on: boolean): void {
    if (on === this.listening || !this.#parts.send({ type: "listen", station: this.station, on }) && on) return;
    this.listening = on;
    this.#silence();
    if (!on) {
      this.#player?.close();
      this.#player = undefined;
      return;
    }
    this.#player = this.#parts.openPlayer();
    for (const channel of ["agent", "customer"] as const) this.#player.setVolume(channel, this.volume[channel]);
  }

  /** The line is back: what was going on goes on. */
  resume(): void {
    this.reopen();
    if (this.listening) this.#parts.send({ type: "listen", station: this.station, on: true });
  }

  /** The floor does not let this page listen. */
  refuseListening(): void {
    if (this.listening && !this.sound) this.listen(false);
  }

  onAudio(audio: LiveAudio): void {
    if (!this.#player) return;
    this.#player.play(audio);
    this.sound = true;
    this.#cancelNoSound();
    this.#cancelNoSound = this.#parts.after(NO_SOUND_MS, () => (this.sound = false));
  }

  setVolume(channel: Channel, volume: number): void {
    const bounded = Math.round(Math.min(1, Math.max(0, volume)) * 10) / 10;
    this.volume = { ...this.volume, [channel]: bounded };
    this.#player?.setVolume(channel, bounded);
  }

  close(): void {
    if (this.listening) this.listen(false);
    if (this.followed) this.#parts.send({ type: "close" });
    this.#cancelNoSound();
  }

  async loadDay(): Promise<void> {
    const answer = await this.#parts.api.agentDay(this.agent);
    if (answer.ok) this.day = answer.value;
  }

  #silence(): void {
    this.#cancelNoSound();
    this.sound = false;
  }
}

/** A line that a lead has sent, and whether it was read. */
export type SentNote = LeadMessage<"note">;
