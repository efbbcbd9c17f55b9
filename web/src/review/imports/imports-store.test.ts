import { expect, test, vi } from "vitest";
import { deskRig, ok, refused } from "../desk/desk-rig.ts";
import type { SendFile } from "../desk/send-file.ts";
import type { Import, ImportOrder } from "../wire.ts";
import { ImportsStore } from "./imports-store.svelte.ts";

const ORDER: ImportOrder = { name: "旧录音", name_pattern: "", csv: "", team: "", agent: "", swap_channels: false };
const made: Import = { import: 7, name: "旧录音", made_by: "", made_ms: 0, state: "waiting", files: 0, done: 0, refused: 0, audio_done_ms: 0, left_s: null, problems: [] };
const files = (...names: string[]): File[] => names.map((name) => new File(["x"], name));

test("what does not arrive is sent again, into the same import, which starts once all is there", async () => {
  const makeImport = vi.fn(() => ok(made));
  const startImport = vi.fn(() => ok({ ...made, state: "running" as const }));
  const desk = deskRig({ makeImport, startImport, imports: () => ok([]) });
  let broken = true;
  const send = vi.fn<SendFile>((path) => (path.endsWith("b.wav") && broken ? refused(507, "磁盘空间不足") : ok(null)));
  const store = new ImportsStore(desk, send);
  store.add(files("a.wav", "b.wav"));
  expect(await store.bring(ORDER)).toBe(false);
  expect(store.sendings.map(({ state, why }) => [state, why?.zh])).toEqual([["sent", undefined], ["failed", "磁盘空间不足"]]);
  expect(startImport).not.toHaveBeenCalled();
  broken = false;
  expect(await store.bring(ORDER)).toBe(true);
  expect(makeImport).toHaveBeenCalledTimes(1);
  expect(send.mock.calls.map(([path]) => path)).toEqual(["a.wav", "b.wav", "b.wav"].map((name) => `/api/imports/7/files/${name}`));
  expect(store.sendings).toEqual([]);
});

test("names are sent whatever characters they have; files are sent two at a time", async () => {
  const desk = deskRig({ makeImport: () => ok(made), startImport: () => ok(made), imports: () => ok([]) });
  let at_once = 0;
  let most = 0;
  const send = vi.fn<SendFile>(async () => {
    at_once += 1;
    most = Math.max(most, at_once);
    await Promise.resolve();
    at_once -= 1;
    return ok(null);
  });
  const store = new ImportsStore(desk, send);
  store.add(files("王 1/2?.wav", "b.wav", "c.wav", "d.wav"));
  await store.bring(ORDER);
  expect(send.mock.calls[0]![0]).toBe(`/api/imports/7/files/${encodeURIComponent("王 1/2?.wav")}`);
  expect(most).toBe(2);
});

test("running imports are asked after, until none runs or the view is left", async () => {
  const list: Import[] = [{ ...made, state: "running" }];
  const imports = vi.fn(() => ok([...list]));
  const desk = deskRig({ imports });
  const store = new ImportsStore(desk);
  await store.load();
  await desk.pass();
  expect(imports).toHaveBeenCalledTimes(2);
  list[0] = { ...made, state: "done" };
  await desk.pass();
  expect(store.list[0]?.state).toBe("done");
  await desk.pass();
  expect(imports).toHaveBeenCalledTimes(3);
  list[0] = { ...made, state: "running" };
  await store.load();
  store.rest();
  await desk.pass();
  expect(imports).toHaveBeenCalledTimes(4);
});

test("other files are not taken, and that is said", () => {
  const desk = deskRig({});
  const store = new ImportsStore(desk);
  store.add(files("a.wav", "notes.txt"));
  expect(store.sendings).toHaveLength(1);
  expect(desk.told[0]).toContain("1 个文件");
});
