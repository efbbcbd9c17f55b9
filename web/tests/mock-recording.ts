/** A two-channel recording that is made up byte by byte as it is asked for, in ranges: a low tone for the agent, a higher one for the customer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

const RATE_HZ = 8_000;
const HEADER_BYTES = 44;
/** Two channels, 8 bits each. */
const FRAME_BYTES = 2;

const PIECE_BYTES = 65_536;

export function sendRecording(request: IncomingMessage, response: ServerResponse, length_ms: number): void {
  const total = HEADER_BYTES + Math.floor((length_ms * RATE_HZ) / 1_000) * FRAME_BYTES;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Math.min(total - 1, Number(range[2])) : total - 1;
  if (from >= total) return void response.writeHead(416, { "content-range": `bytes */${total}` }).end();
  const headers = { "content-type": "audio/wav", "accept-ranges": "bytes", "content-length": to - from + 1 };
  response.writeHead(range ? 206 : 200, range ? { ...headers, "content-range": `bytes ${from}-${to}/${total}` } : headers);
  // The browser stops reading when it has enough, and breaks off when it wants another part.
  const pieces = Readable.from(piecesOf(from, to, total));
  response.on("close", () => pieces.destroy());
  pieces.pipe(response);
}

function* piecesOf(from: number, to: number, total: number): Generator<Buffer> {
  const header = wavHeader(total);
  for (let start = from; start <= to; start += PIECE_BYTES) {
    const bytes = Buffer.alloc(Math.min(PIECE_BYTES, to - start + 1));
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = start + index < HEADER_BYTES ? header[start + index]! : TONES[(start + index - HEADER_BYTES) % TONES.length]!;
    yield bytes;
  }
}

/** A tenth of a second, in which both tones begin and end a period. */
const TONES = Uint8Array.from({ length: (RATE_HZ / 10) * FRAME_BYTES }, (_, byte) => {
  const time_s = Math.floor(byte / FRAME_BYTES) / RATE_HZ;
  return 128 + Math.round(40 * Math.sin(2 * Math.PI * (byte % FRAME_BYTES === 0 ? 220 : 330) * time_s));
});

function wavHeader(total: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("RIFF", 0);
  header.writeUInt32LE(total - 8, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(RATE_HZ * FRAME_BYTES, 28);
  header.writeUInt16LE(FRAME_BYTES, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(total - HEADER_BYTES, 40);
  return header;
}
