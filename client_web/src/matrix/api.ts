import { ApiError, BadAnswer, Cancelled, Offline } from "./errors";
import { asInteger, asObject, type JsonObject } from "./shapes";

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON; or as a form, where it is one. */
  readonly body?: JsonObject | URLSearchParams;
  readonly token?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What asks; a client's own `fetch` brings its token with it. */
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 30_000;
/** No answer that is read whole is longer; a server that sends more is not listened to. */
const MAX_CHARACTERS = 10_000_000;

/**
 * Ask a server for JSON, without the SDK: pages that have no need of it stay light.
 *
 * Raises ApiError where the server refuses, Offline where nothing answers, BadAnswer for anything but a JSON
 * object, Cancelled when `signal` says so.
 */
export async function request(
  baseUrl: string,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  options: RequestOptions = {},
): Promise<JsonObject> {
  const response = await send(`${baseUrl}${path}${queryOf(options.query)}`, method, options);
  const body = await bodyOf(response);
  if (response.ok) {
    if (body === null) throw new BadAnswer(`${path}: no JSON object`);
    return body;
  }
  if (body === null || (response.status >= 500 && body.errcode === undefined)) throw failure(response, path);
  throw new ApiError(response.status, body, retryAfter(response, body));
}

/** Return how long a refusal asks to wait, in ms. */
export function retryAfter(response: Response, body: JsonObject): number | null {
  const inBody = asInteger(body.retry_after_ms);
  if (inBody > 0) return inBody;
  const seconds = Number(response.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

async function send(url: string, method: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  const isForm = options.body instanceof URLSearchParams;
  if (options.body && !isForm) headers["Content-Type"] = "application/json";
  try {
    return await (options.fetch ?? fetch)(url, {
      method,
      headers,
      ...(options.body && {
        body: isForm ? (options.body as URLSearchParams) : JSON.stringify(options.body),
      }),
      signal: options.signal ? AbortSignal.any([timeout, options.signal]) : timeout,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
  } catch (error) {
    if (options.signal?.aborted) throw new Cancelled();
    throw error instanceof ApiError ? error : new Offline(String(error));
  }
}

async function bodyOf(response: Response): Promise<JsonObject | null> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw new Offline(String(error));
  }
  if (text.length > MAX_CHARACTERS) throw new BadAnswer("an answer that is too long");
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? asObject(value) : null;
  } catch {
    return null;
  }
}

/** What a proxy says in the server's place: it is not there just now; or it is no Matrix server at all. */
function failure(response: Response, path: string): Error {
  if (response.status >= 500) return new Offline(`${path}: ${response.status}`);
  return new BadAnswer(`${path}: ${response.status} without a reason`);
}

function queryOf(query: RequestOptions["query"]): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return "";
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}
