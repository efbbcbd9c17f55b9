import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Three suites: `npm test` (pure modules, no browser), `npm run e2e` (the built pages in Chromium, against mocks), `scripts/test-review` (against a real floor). */
export default defineConfig({
  plugins: [svelte()],
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "tests/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["tests/e2e/*.ts"],
          // A machine that is busy with other work takes many times longer than a free one.
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: "room", include: ["tests/room/*.ts"], testTimeout: 600_000, hookTimeout: 600_000 },
      },
    ],
  },
});
