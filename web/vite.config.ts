import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type UserConfig } from "vite";

/** Where `npm run dev` finds a station that `callcue run` or `callcue demo` has started, and a floor of `callcue floor`. */
const STATION = process.env["CALLCUE_STATION"] ?? "http://127.0.0.1:7878";
const FLOOR = process.env["CALLCUE_FLOOR"] ?? "http://127.0.0.1:7900";

/**
 * One page a screen: `index.html` is the agent's, `script.html` that of the script's owner, `floor.html` the team lead's,
 * `review.html` the review room.
 */
export default defineConfig(async ({ mode }): Promise<UserConfig> => {
  const { station, floor, review } = mode === "mock" ? await playMocks() : { station: STATION, floor: FLOOR, review: FLOOR };
  // Station and floor admit their own origin only, which the development server is not.
  const own_origin = { changeOrigin: true, rewriteWsOrigin: true };
  return {
    plugins: [svelte()],
    build: {
      target: "es2023",
      // The content security policy allows no `data:` address.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { agent: "index.html", floor: "floor.html", script: "script.html", review: "review.html" } },
    },
    server: {
      proxy: {
        "/ws": { target: station, ws: true, ...own_origin },
        "^/script/": { target: station, changeOrigin: true, headers: { origin: station } },
        "/floor/ws": { target: floor, ws: true, ...own_origin },
        "^/api/(review|calls|rules|scores|backtests|imports|privacy)": { target: review, changeOrigin: true, headers: { origin: review } },
        "/api": { target: floor, changeOrigin: true, headers: { origin: floor } },
      },
    },
  };
});

/** Starts the mocks for `npm run dev:mock`: a station that plays the sample call over and over, a floor full of agents, and a room to review. */
async function playMocks(): Promise<{ station: string; floor: string; review: string }> {
  const { MockStation } = await import("./tests/mock-station.ts");
  const { MockFloor } = await import("./tests/mock-floor.ts");
  const { MockReview } = await import("./tests/mock-review.ts");
  const station = await MockStation.listen();
  station.playInRealTime();
  const floor = await MockFloor.listen({ stations: 120 });
  floor.drive(60);
  const review = await MockReview.listen(floor.api);
  console.log(`open / with #token=${station.token}, /floor.html as wang, /review.html as qiu, password “correct horse battery”`);
  return { station: station.origin, floor: floor.origin, review: review.origin };
}
