/** Entry of the agent's page: the only place that reads the address, opens sockets and starts timers. */
import { mount } from "svelte";
import "../theme.css";
import AgentScreen from "./AgentScreen.svelte";
import { AgentStore } from "./agent-store.svelte.ts";
import { openPanel } from "./panel.ts";
import type { Socket } from "../house/returning-line.ts";
import { takeToken } from "./station-link.ts";

const store = new AgentStore({
  token: takeToken(location, history, sessionStorage),
  openSocket: (protocols) => new WebSocket(`${location.origin.replace("http", "ws")}/ws`, protocols) as Socket,
  after(delay_ms, act) {
    const timer = setTimeout(act, delay_ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  storage: localStorage,
  openPanel,
});
// An address with another token, given to a tab that is open already, changes the fragment only.
addEventListener("hashchange", () => location.reload());
mount(AgentScreen, { target: document.body, props: { store } });
