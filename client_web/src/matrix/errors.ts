import { t, type WordId } from "../words";
import type { JsonObject } from "./types";

/** What can go wrong and has words of its own: `error.<word>`. The message is for developers. */
export class ClientError extends Error {
  readonly word: string;

  constructor(word: string, message: string = word) {
    super(message);
    this.name = new.target.name;
    this.word = word;
  }
}

/** A server's refusal. Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response */
export class ApiError extends ClientError {
  readonly status: number;
  readonly errcode: string;
  /** What the server says in its own words. */
  readonly reason: string;
  /** How long to wait before the next try, where the server says so. */
  readonly retryAfterMs: number | null;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject, retryAfterMs: number | null = null) {
    const errcode = typeof body.errcode === "string" ? body.errcode : "M_UNKNOWN";
    const reason = typeof body.error === "string" ? body.error.slice(0, MAX_REASON) : "";
    super(ERRCODE_WORDS[errcode] ?? STATUS_WORDS[status] ?? "refused", `${status} ${errcode}: ${reason}`);
    this.status = status;
    this.errcode = errcode;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.body = body;
  }
}

/** No answer: no network, a time-out, a name that does not resolve. Trying again later may help. */
export class Offline extends ClientError {
  constructor(message = "no answer") {
    super("network", message);
  }
}

/** An answer that is not what the specification allows: no JSON, a wrong shape, too large. */
export class BadAnswer extends ClientError {
  constructor(message: string) {
    super("bad_answer", message);
  }
}

/** The user thought better of it. */
export class Cancelled extends ClientError {
  constructor(message = "cancelled") {
    super("cancelled", message);
  }
}

/** Refused by this client itself, before any request. */
export class NotAllowed extends ClientError {
  constructor(message: string, word = "not_allowed") {
    super(word, message);
  }
}

/** Return what people are told about an error: what happened and what to do next. */
export function errorWords(error: unknown): string {
  if (error instanceof ApiError) return refusalWords(error);
  if (error instanceof ClientError) return t(`error.${error.word}` as WordId);
  if (isStorageFull(error)) return t("error.storage_full");
  const refusal = ofSdk(error);
  return refusal === null ? t("error.unknown") : errorWords(refusal);
}

/** Tell whether this browser has no room left for what is to be stored. */
export function isStorageFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "QuotaExceededError" || /quota/i.test(error.message);
}

/** Return the `error.<word>` of an error; `unknown` where there is none. */
export function errorWord(error: unknown): string {
  if (error instanceof ClientError) return error.word;
  if (isStorageFull(error)) return "storage_full";
  return ofSdk(error)?.word ?? "unknown";
}

/** Tell whether trying again later may help: nothing answers, or the server is not there just now. */
export function isTemporary(error: unknown): boolean {
  const known = asClientError(error);
  return known instanceof Offline || (known instanceof ApiError && AWAY.has(known.status));
}

/** Return an error of the SDK as one of ours, others as they are. */
export function asClientError(error: unknown): unknown {
  return error instanceof ClientError ? error : (ofSdk(error) ?? error);
}

const MAX_REASON = 300;
/** What a server answers that is about to stop or has no database, and a proxy in the place of one that is gone. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

const ERRCODE_WORDS: Readonly<Record<string, string>> = {
  M_FORBIDDEN: "forbidden",
  M_GUEST_ACCESS_FORBIDDEN: "forbidden",
  M_NOT_FOUND: "not_found",
  M_LIMIT_EXCEEDED: "rate_limited",
  M_UNKNOWN_TOKEN: "signed_out",
  M_MISSING_TOKEN: "signed_out",
  M_TOO_LARGE: "too_large",
  M_USER_IN_USE: "user_in_use",
  M_INVALID_USERNAME: "invalid_username",
  M_EXCLUSIVE: "user_in_use",
  M_WEAK_PASSWORD: "weak_password",
  M_PASSWORD_TOO_SHORT: "weak_password",
  M_ROOM_IN_USE: "address_taken",
  M_UNSUPPORTED_ROOM_VERSION: "room_version",
  M_INCOMPATIBLE_ROOM_VERSION: "room_version",
  M_THREEPID_IN_USE: "address_in_use",
  M_THREEPID_DENIED: "email_refused",
  M_USER_LOCKED: "account_locked",
  M_USER_SUSPENDED: "account_suspended",
  M_USER_DEACTIVATED: "account_deactivated",
};
const STATUS_WORDS: Readonly<Record<number, string>> = { 413: "too_large", 429: "rate_limited" };

function refusalWords(error: ApiError): string {
  if (error.word === "rate_limited") {
    return t("error.rate_limited", { n: Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000)) });
  }
  if (error.word !== "refused") return t(`error.${error.word}` as WordId);
  return error.reason ? t("error.refused", error.reason) : t("error.refused_silently");
}

/** Read an error of the SDK, by its shape: its classes are loaded only with a chat. */
function ofSdk(error: unknown): ClientError | null {
  if (!(error instanceof Error)) return null;
  // Nobody calls a request of the SDK's off: it is aborted when no answer came in time, or with the client.
  if (error.name === "ConnectionError" || error.name === "AbortError") return new Offline(error.message);
  const { httpStatus, data } = error as { httpStatus?: unknown; data?: unknown };
  if (typeof httpStatus !== "number") return null;
  const body = typeof data === "object" && data !== null ? (data as JsonObject) : {};
  const wait = body.retry_after_ms;
  return new ApiError(httpStatus, body, typeof wait === "number" ? wait : null);
}
