/** The sound of an alert: two soft tones. A browser plays nothing before the user has clicked or pressed a key. */

export interface Alarm {
  ring(): void;
  close(): void;
}

const TONES_HZ = [660, 880];
const TONE_S = 0.18;
const LOUDEST = 0.2;

/** To be called from a click or a key press. */
export function openAlarm(): Alarm {
  const context = new AudioContext();
  void context.resume();
  const tone = (frequency_hz: number, start_s: number): void => {
    const oscillator = new OscillatorNode(context, { type: "sine", frequency: frequency_hz });
    const gain = new GainNode(context, { gain: 0 });
    // Slopes instead of edges: an edge is heard as a crack.
    gain.gain.setValueAtTime(0, start_s);
    gain.gain.linearRampToValueAtTime(LOUDEST, start_s + 0.02);
    gain.gain.linearRampToValueAtTime(0, start_s + TONE_S);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start_s);
    oscillator.stop(start_s + TONE_S);
  };
  return {
    ring: () => TONES_HZ.forEach((frequency_hz, place) => tone(frequency_hz, context.currentTime + place * TONE_S)),
    close: () => void context.close(),
  };
}
