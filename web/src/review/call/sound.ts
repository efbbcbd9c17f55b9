/** The recording as it is heard: a media element that asks for ranges, and a mixer for its two channels. */
import type { Channel } from "../wire.ts";
import type { Mix } from "./mix.ts";

/** What the player uses of it. */
export interface Sound {
  readonly media: HTMLAudioElement;
  mix(mix: Mix): void;
  close(): void;
}

/** The mixer is built when sound is first mixed: browsers give none to a page that nobody has touched yet. */
export function openSound(): Sound {
  const media = new Audio();
  media.preload = "metadata";
  let mixer: { context: AudioContext; set(mix: Mix): void } | undefined;
  return {
    media,
    mix(mix) {
      mixer ??= mixerOf(media);
      mixer.set(mix);
      void mixer.context.resume();
    },
    close() {
      media.pause();
      media.removeAttribute("src");
      media.load();
      void mixer?.context.close();
    },
  };
}

function mixerOf(media: HTMLAudioElement): { context: AudioContext; set(mix: Mix): void } {
  const context = new AudioContext();
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  context.createMediaElementSource(media).connect(splitter);
  merger.connect(context.destination);
  const gains = (["agent", "customer"] as const).flatMap((channel, output) =>
    (["left", "right"] as const).map((ear, input) => {
      const gain = new GainNode(context, { gain: 0 });
      splitter.connect(gain, output).connect(merger, 0, input);
      return { channel: channel satisfies Channel, ear, gain };
    }),
  );
  return {
    context,
    set(mix) {
      for (const { channel, ear, gain } of gains) gain.gain.setTargetAtTime(mix[channel][ear], context.currentTime, 0.01);
    },
  };
}
