import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type UserConfig } from "vite";

/** Where `npm run dev` finds a station that `callcue run` or `callcue demo` has started. */
const STATION = process.env["CALLCUE_STATION"] ?? "http://127.0.0.1:7878";

/**
 * One page a screen: `index.html` is the agent's, `script.html` that of the script's owner, `floor.html` the team lead's.
 * The review page joins `input` as `review.html`, with its own folder beside `src/agent`.
 */
export default defineConfig(async ({ mode }): Promise<UserConfig> => {
  const station = mode === "mock" ? await playSample() : STATION;
  return {
    plugins: [svelte()],
    build: {
      target: "es2023",
      // The station's content security policy allows no `data:` address.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { agent: "index.html", floor: "floor.html", script: "script.html" } },
    },
    // The station admits its own origin only, which the development server is not.
    server: {
      proxy: {
        "/ws": { target: station, ws: true, changeOrigin: true, rewriteWsOrigin: true },
        "^/script/": { target: station, changeOrigin: true, headers: { origin: station } },
      },
    },
  };
});

/** Starts the mock station for `npm run dev:mock`, which plays the sample call over and over. */
async function playSample(): Promise<string> {
  const { MockStation } = await import("./tests/mock-station.ts");
  const station = await MockStation.listen();
  station.playInRealTime();
  console.log(`open the page with #token=${station.token}`);
  return station.origin;
}
