/** Requests over HTTP as all pages of the floor make them: nothing throws, what goes wrong is a `Fault`. */

/** Why something was not done, for the reader. */
export interface Fault {
  /** 0: there was no answer. */
  status: number;
  zh: string;
  en: string;
  /** Seconds to wait before another try; 0: none. */
  wait_s: number;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** What of `fetch` is used. */
export type Fetch = (path: string, init: RequestInit) => Promise<Pick<Response, "ok" | "status" | "json" | "headers">>;

/** One request; a string or an object is sent as JSON, a file as it is. */
export type Ask = <T>(method: string, path: string, body?: unknown) => Promise<Answer<T>>;

export function askOver(fetch: Fetch): Ask {
  return <T>(method: string, path: string, body?: unknown) => request<T>(fetch, method, path, body);
}

/** A path with a name in it, whatever characters that has. */
export function named(path: string, name: string | number): string {
  return `${path}/${encodeURIComponent(name)}`;
}

/** The part of an address behind the path; fields that are not given are left out. Empty: none was given. */
export function queryOf(fields: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== "") query.set(name, String(value));
  return query.size > 0 ? `?${query}` : "";
}

const NO_ANSWER: Fault = { status: 0, zh: "现场服务器没有应答，请稍后再试", en: "The floor does not answer; try again in a moment", wait_s: 0 };

async function request<T>(fetch: Fetch, method: string, path: string, body: unknown): Promise<Answer<T>> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { accept: "application/json" } };
  if (body instanceof Blob) Object.assign(init, { body });
  else if (body !== undefined) Object.assign(init, { headers: { accept: "application/json", "content-type": "application/json" }, body: JSON.stringify(body) });
  try {
    const response = await fetch(path, init);
    const value: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: value as T };
    return { ok: false, fault: faultOf(response.status, response.headers.get("retry-after"), value) };
  } catch {
    return { ok: false, fault: NO_ANSWER };
  }
}

function faultOf(status: number, retry_after: string | null, body: unknown): Fault {
  const told = (typeof body === "object" && body !== null ? body : {}) as { zh?: unknown; error?: unknown };
  const wait_s = Math.max(0, Math.ceil(Number(retry_after ?? 0))) || 0;
  const zh = typeof told.zh === "string" ? told.zh : `操作没有完成（${status}）`;
  const en = typeof told.error === "string" ? told.error : `Not done (${status})`;
  return { status, zh, en, wait_s };
}
