/** The page's questions to whoever serves it. `fetch` is handed in, so that tests need no network. */
import type { ScriptText, TryAnswer, TryRequest } from "./answer.ts";

/** What was answered, or in a sentence why nothing was. */
export type Reply<Answer> = { kind: "answer"; answer: Answer } | { kind: "fault"; zh: string };

export interface TryLink {
  run(request: TryRequest, signal: AbortSignal): Promise<Reply<TryAnswer>>;
  explain(rule: string, script: ScriptText | undefined): Promise<Reply<{ card: string }>>;
}

const NO_TOKEN = "打开这一页的地址里没有凭证：在工作站请用 callcue 打印出来的完整地址打开，在现场服务器请先登录。";
const NO_SERVER = "连不上站点：请确认 callcue 还在运行。";

export function makeLink(token: string | undefined, ask: typeof fetch): TryLink {
  async function post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Reply<Answer>> {
    let response: Response;
    try {
      // A floor goes by the cookie of the session.
      const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), "content-type": "application/json" };
      response = await ask(path, { method: "POST", headers, body: JSON.stringify(body), ...(signal && { signal }) });
    } catch (error) {
      // Somebody typed on: there is a newer question.
      if (signal?.aborted) throw error;
      return { kind: "fault", zh: NO_SERVER };
    }
    if (response.ok) return { kind: "answer", answer: (await response.json()) as Answer };
    if (response.status === 401 && token === undefined) return { kind: "fault", zh: NO_TOKEN };
    return { kind: "fault", zh: await faultText(response) };
  }
  return {
    run: (request, signal) => post("/script/try", request, signal),
    explain: (rule, script) => post("/script/explain", { rule, ...(script && { script }) }),
  };
}

async function faultText(response: Response): Promise<string> {
  try {
    const { zh } = (await response.json()) as { zh?: string };
    if (zh) return zh;
  } catch {
    // Not an answer of callcue's own.
  }
  return `站点没有回答（${response.status}）。`;
}
