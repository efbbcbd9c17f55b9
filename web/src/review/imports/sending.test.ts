import { expect, test } from "vitest";
import { newRecordings, sumOf, type Sending } from "./sending.ts";

const file = (name: string, bytes = 10): File => new File([new Uint8Array(bytes)], name);
const sending = (name: string, fields: Partial<Sending>): Sending => ({ file: file(name), state: "waiting", share: 0, why: undefined, ...fields });

test("recordings are taken once, other files not", () => {
  const { taken, passed_over } = newRecordings([file("a.WAV"), file("b.txt"), file("a.WAV"), file("c.flac")], [sending("c.flac", {})]);
  expect(taken.map(({ file }) => file.name)).toEqual(["a.WAV"]);
  expect(passed_over).toBe(3);
});

test("what is gone counts by bytes, also of a file on its way", () => {
  const sum = sumOf([sending("a", { state: "sent" }), sending("b", { state: "sending", share: 0.5 }), sending("c", { state: "failed", share: 0.9 }), sending("d", {})]);
  expect(sum).toEqual({ files: 4, sent: 1, failed: 1, bytes: 40, bytes_sent: 15 });
});
