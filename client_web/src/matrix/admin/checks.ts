import { asObject, asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR } from "./api";

export type CheckResult = "ok" | "warn" | "fail";

/** What one check came to; `words` and `advice` are the server's own, in English. */
export interface Check {
  readonly check: string;
  readonly finding: string;
  readonly result: CheckResult;
  readonly words: string;
  readonly advice: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Have the server look whether people and other servers reach it. It takes a while. */
export async function runChecks(api: AdminApi): Promise<readonly Check[]> {
  const body = await api.get(`${PARLOUR}/checks`);
  return asObjects(body.checks).map(readCheck);
}

/** Have the server send a mail to an address; what the mail server says comes as the error. */
export async function sendTestMail(api: AdminApi, address: string): Promise<void> {
  await api.post(`${PARLOUR}/mail/test`, { address });
}

/** Return the worst of what was found; `ok` where there is nothing. */
export function worstOf(checks: readonly Check[]): CheckResult {
  if (checks.some((check) => check.result === "fail")) return "fail";
  return checks.some((check) => check.result === "warn") ? "warn" : "ok";
}

function readCheck(body: JsonObject): Check {
  const result = asText(body.result);
  return {
    check: asText(body.check, 100),
    finding: asText(body.finding, 100),
    result: result === "ok" || result === "warn" ? result : "fail",
    words: asText(body.words, 2_000),
    advice: asText(body.advice, 2_000),
    values: Object.fromEntries(
      Object.entries(asObject(body.values)).map(([name, value]) => [name, String(value).slice(0, 1_000)]),
    ),
  };
}
