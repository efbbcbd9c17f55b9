/** Which side of the call is heard in which ear. */
import type { Channel } from "../wire.ts";

export const RATES = [0.5, 1, 1.25, 1.5, 2, 3] as const;
export const VOLUME_MAX = 2;

/** From each channel to the left and the right ear. */
export type Mix = Readonly<Record<Channel, { left: number; right: number }>>;

/** Both: the agent left, the customer right, a little of each on the other side. One alone: in both ears. */
export function mixOf(volume: Readonly<Record<Channel, number>>, solo: Channel | undefined): Mix {
  if (solo !== undefined) {
    const gain = (channel: Channel): { left: number; right: number } => (channel === solo ? { left: volume[channel], right: volume[channel] } : { left: 0, right: 0 });
    return { agent: gain("agent"), customer: gain("customer") };
  }
  const FAR_EAR = 0.4;
  return {
    agent: { left: volume.agent, right: volume.agent * FAR_EAR },
    customer: { left: volume.customer * FAR_EAR, right: volume.customer },
  };
}
