/** Entry of the review room: the only place that reads the address, sends requests and starts timers. */
import { mount } from "svelte";
import "../theme.css";
import { reviewApiOver } from "./api.ts";
import ReviewPage from "./ReviewPage.svelte";
import { RoomStore } from "./room-store.svelte.ts";

const sign_on = new URLSearchParams(location.hash.slice(1)).get("sign-on");
// It is told once, and is no place in the room.
if (sign_on !== null) history.replaceState(null, "", location.pathname);

const room = new RoomStore({
  api: reviewApiOver((path, init) => fetch(path, { ...init, keepalive: init.method === "DELETE" })),
  after(delay_ms, act) {
    const timer = setTimeout(act, delay_ms);
    return () => clearTimeout(timer);
  },
  every(period_ms, act) {
    const timer = setInterval(act, period_ms);
    return () => clearInterval(timer);
  },
  now: Date.now,
  storage: localStorage,
  signOnFailure: sign_on ?? "",
  hash: () => location.hash,
  setHash: (hash, replace) => (replace ? history.replaceState(null, "", hash) : history.pushState(null, "", hash)),
});
// A lock is given back even by a page that is closed.
addEventListener("pagehide", () => room.leaving?.());
// A link, the browser's way back, or an address typed by hand.
addEventListener("popstate", () => room.follow());
mount(ReviewPage, { target: document.body, props: { room } });
