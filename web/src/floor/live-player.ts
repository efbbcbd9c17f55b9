/** Plays the sound of a call that the lead listens to: both sides apart, each with its own volume. */
import { LIVE_AUDIO_RATE_HZ, type LiveAudio } from "../floor-wire.ts";
import type { Channel } from "../wire.ts";
import { place, type JitterState } from "./jitter.ts";

export interface LivePlayer {
  play(audio: LiveAudio): void;
  /** 0 to 1. */
  setVolume(channel: Channel, volume: number): void;
  close(): void;
}

/** How far each side stands from the middle, so that two voices at once can be told apart. */
const PAN: Readonly<Record<Channel, number>> = { agent: -0.4, customer: 0.4 };
/** A volume is reached this fast: a jump would crack. */
const RAMP_S = 0.03;

/** To be called from a click or a key press. */
export function openLivePlayer(): LivePlayer {
  // At the rate of the call: pieces would not fit together seamlessly after each was resampled by itself.
  const context = new AudioContext({ sampleRate: LIVE_AUDIO_RATE_HZ });
  void context.resume();
  const side = (channel: Channel): GainNode => {
    const gain = new GainNode(context);
    gain.connect(new StereoPannerNode(context, { pan: PAN[channel] })).connect(context.destination);
    return gain;
  };
  const sides: Record<Channel, GainNode> = { agent: side("agent"), customer: side("customer") };
  let jitter: JitterState;

  const start = (channel: Channel, samples: Float32Array<ArrayBuffer>, start_s: number): void => {
    const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate: LIVE_AUDIO_RATE_HZ });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(sides[channel]);
    source.start(start_s);
  };
  return {
    play(audio) {
      if (audio.agent.length === 0) return;
      const placed = place(jitter, audio.at_ms, (audio.agent.length / LIVE_AUDIO_RATE_HZ) * 1000, context.currentTime);
      jitter = placed.state;
      if (placed.start_s === undefined) return;
      start("agent", audio.agent, placed.start_s);
      start("customer", audio.customer, placed.start_s);
    },
    setVolume: (channel, volume) => void sides[channel].gain.setTargetAtTime(volume, context.currentTime, RAMP_S),
    close: () => void context.close(),
  };
}
