/** Sends a file with `XMLHttpRequest`, which, unlike `fetch`, tells how far it is. */
import type { Answer, Fault } from "../../house/request.ts";

/** Sends one file and tells how much of it is gone, 0 to 1. Never throws. */
export type SendFile = (path: string, file: Blob, onpart: (share: number) => void) => Promise<Answer<null>>;

export const sendFile: SendFile = (path, file, onpart) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", path);
    request.responseType = "json";
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onpart(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve({ ok: true, value: null });
      else resolve({ ok: false, fault: faultOf(request.status, request.response) });
    };
    request.onerror = () => resolve({ ok: false, fault: faultOf(0, null) });
    request.onabort = request.onerror;
    request.send(file);
  });

function faultOf(status: number, body: unknown): Fault {
  const told = (typeof body === "object" && body !== null ? body : {}) as { zh?: string; error?: string };
  return { status, zh: told.zh ?? "文件没有传完，请再试一次", en: told.error ?? "The file was not sent whole; try again", wait_s: 0 };
}
