/** Entry of the floor's pages: the only place that reads the address, opens sockets and starts timers. */
import { mount } from "svelte";
import "../theme.css";
import { openAlarm } from "./alarm.ts";
import { apiOver } from "./api.ts";
import type { Socket } from "../house/returning-line.ts";
import FloorPage from "./FloorPage.svelte";
import { openLivePlayer } from "./live-player.ts";
import { PageStore } from "./page-store.svelte.ts";

const store = new PageStore({
  api: apiOver((path, init) => fetch(path, init)),
  openSocket(protocol) {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/floor/ws`, protocol);
    socket.binaryType = "arraybuffer";
    return socket as Socket;
  },
  after(delay_ms, act) {
    const timer = setTimeout(act, delay_ms);
    return () => clearTimeout(timer);
  },
  every(period_ms, act) {
    const timer = setInterval(act, period_ms);
    return () => clearInterval(timer);
  },
  now: Date.now,
  random: Math.random,
  storage: localStorage,
  openAlarm,
  openPlayer: openLivePlayer,
  signOnFailure: new URLSearchParams(location.hash.slice(1)).get("sign-on") ?? "",
  wall: new URLSearchParams(location.search).has("wall"),
  rememberWall: (on) => history.replaceState(null, "", on ? `${location.pathname}?wall` : location.pathname),
});
mount(FloorPage, { target: document.body, props: { store } });
