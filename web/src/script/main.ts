/** Entry of the script owner's page: the only place that reads the address, asks the network and starts timers. */
import { mount } from "svelte";
import "../theme.css";
import { takeToken } from "../agent/station-link.ts";
import { makeLink } from "./try-link.ts";
import { TryStore } from "./try-store.svelte.ts";
import TryScreen from "./TryScreen.svelte";

const store = new TryStore({
  link: makeLink(takeToken(location, history, sessionStorage), (input, init) => fetch(input, init)),
  after(delay_ms, act) {
    const timer = setTimeout(act, delay_ms);
    return () => clearTimeout(timer);
  },
  storage: sessionStorage,
});
// The script is edited elsewhere: whoever comes back from there wants to see it.
addEventListener("focus", () => void store.runNow());
addEventListener("hashchange", () => location.reload());
mount(TryScreen, { target: document.body, props: { store } });
