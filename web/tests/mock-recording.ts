/** A two-channel recording that is made up byte by byte as it is asked for, in ranges: a low tone for the agent, a higher one for the customer. */
import type { IncomingMessage, ServerResponse } from "node:http";

const RATE_HZ = 8_000;
const HEADER_BYTES = 44;
/** Two channels, 8 bits each. */
const FRAME_BYTES = 2;

export function sendRecording(request: IncomingMessage, response: ServerResponse, length_ms: number): void {
  const total = HEADER_BYTES + Math.floor((length_ms * RATE_HZ) / 1_000) * FRAME_BYTES;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  // A piece at a time: the browser asks for the next one when it needs it.
  const to = Math.min(total - 1, range?.[2] ? Number(range[2]) : total - 1, from + 4_000_000);
  if (from >= total) return void response.writeHead(416, { "content-range": `bytes */${total}` }).end();
  const headers = { "content-type": "audio/wav", "accept-ranges": "bytes", "content-length": to - from + 1 };
  response.writeHead(range ? 206 : 200, range ? { ...headers, "content-range": `bytes ${from}-${to}/${total}` } : { ...headers, "content-length": total });
  const last = range ? to : total - 1;
  const bytes = Buffer.alloc(last - from + 1);
  const header = wavHeader(total);
  for (let at = from; at <= last; at += 1) bytes[at - from] = at < HEADER_BYTES ? header[at]! : sampleAt(at - HEADER_BYTES);
  response.end(bytes);
}

function sampleAt(byte: number): number {
  const time_s = Math.floor(byte / FRAME_BYTES) / RATE_HZ;
  return 128 + Math.round(40 * Math.sin(2 * Math.PI * (byte % FRAME_BYTES === 0 ? 220 : 330) * time_s));
}

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
