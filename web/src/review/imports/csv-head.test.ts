import { expect, test } from "vitest";
import { csvHead, isNamed, rowsOf } from "./csv-head.ts";

test("columns, known or not, and the recordings named", () => {
  const head = csvHead("\uFEFFfile,Date,who\r\na.wav,2026-11-26,x\r\n\r\n\"b,1.wav\",,\r\n");
  expect(head?.columns).toEqual([{ name: "file", known: true }, { name: "date", known: true }, { name: "who", known: false }]);
  expect(head).toMatchObject({ rows: 2, files: ["a.wav", "b,1.wav"], has_file: true });
});

test("a column that is needed may be missing; no text is no CSV", () => {
  expect(csvHead("date,agent\n1,2")).toMatchObject({ has_file: false, files: [] });
  expect([csvHead(""), csvHead("\n \n")]).toEqual([undefined, undefined]);
});

test("quotes hold commas, line ends and quotes", () => {
  expect(rowsOf('"a,b","c\nd","e""f"')).toEqual([["a,b", "c\nd", 'e"f']]);
});

test("columns in Chinese, folders, names without ending", () => {
  const head = csvHead("文件名,坐席\n11月/a.wav,1024\nb,1025\n");
  expect(head?.columns.every(({ known }) => known)).toBe(true);
  const named = new Set(head!.files);
  expect(["a.wav", "b.flac", "c.wav"].map((file) => isNamed(named, file))).toEqual([true, true, false]);
});
