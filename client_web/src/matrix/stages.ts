import type { ApiError } from "./errors";
import { BadAnswer } from "./errors";
import { asList, asObject, asText, asTexts, type JsonObject } from "./shapes";
import { parseUrl } from "./urls";

/**
 * What a server wants proved before it does something, as questions to people.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
 */

export const DUMMY = "m.login.dummy";
const PASSWORD = "m.login.password";
const TERMS = "m.login.terms";
const REGISTRATION_TOKEN = "m.login.registration_token";
const EMAIL = "m.login.email.identity";

/** `email_sent`: the link in the mail is to be followed; `browser`: the page at `url` does it. */
export type StageKind = "terms" | "registration_token" | "email" | "email_sent" | "browser";

/** A document that must be agreed to. */
export interface Policy {
  readonly id: string;
  readonly texts: readonly { readonly language: string; readonly name: string; readonly url: string }[];
}

/** One question. */
export interface Stage {
  readonly kind: StageKind;
  readonly type: string;
  readonly url: string;
  readonly policies: readonly Policy[];
  readonly email: string;
  /** Why it is asked again: the text `error.<word>`; empty the first time. */
  readonly errorWord: string;
  /** Stage types that could come instead of this one. */
  readonly others: readonly string[];
  /** Stages behind us, and all of them; automatic ones count. */
  readonly done: number;
  readonly total: number;
}

/** What the user says to it: `done`: agreed, or done elsewhere; `another`: go on with that stage instead. */
export type StageAnswer =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "email"; readonly address: string }
  | { readonly kind: "done" }
  | { readonly kind: "another"; readonly type: string };

/** A server's refusal, read as what it wants proved. */
export interface Challenge {
  readonly session: string | null;
  readonly flows: readonly (readonly string[])[];
  readonly completed: readonly string[];
  readonly params: JsonObject;
}

const MAX_STAGES = 20;
const MAX_POLICIES = 50;
const KINDS: Readonly<Record<string, StageKind>> = {
  [TERMS]: "terms",
  [REGISTRATION_TOKEN]: "registration_token",
  [EMAIL]: "email",
};
/** What is not named costs 1, or for a page of the server's 3. Most people have no token. */
const COSTS: Readonly<Record<string, number>> = { [DUMMY]: 0, [EMAIL]: 2, [REGISTRATION_TOKEN]: 4 };
const PAGE_COST = 3;

/** Read what a refusal wants proved; null if it is another one. */
export function challengeOf(refusal: ApiError): Challenge | null {
  const { flows, completed, params, session } = refusal.body;
  if (refusal.status !== 401 || !Array.isArray(flows)) return null;
  return {
    session: asText(session, 1000) || null,
    flows: asList(flows).map((flow) => asTexts(asObject(flow).stages)),
    completed: asTexts(completed),
    params: asObject(params),
  };
}

/**
 * Return what is left of the easiest flow, in its order. Flows with what the user chose come first, then those
 * that use what is done already. Raises BadAnswer where there is no flow at all.
 */
export function remainingStages(challenge: Challenge, chosen: readonly string[] = []): readonly string[] {
  const usable = challenge.flows.filter((flow) => flow.length <= MAX_STAGES);
  const [first, ...more] = usable;
  if (first === undefined) throw new BadAnswer("the server names no way in");
  const rank = (flow: readonly string[]): readonly number[] => [
    chosen.filter((stage) => !flow.includes(stage)).length,
    challenge.completed.filter((stage) => !flow.includes(stage)).length,
    flow
      .filter((stage) => !challenge.completed.includes(stage))
      .reduce((sum, stage) => sum + costOf(stage), 0),
  ];
  const best = more.reduce((one, other) => (isLess(rank(other), rank(one)) ? other : one), first);
  return best.filter((stage) => !challenge.completed.includes(stage));
}

/** Return what to ask the user for a stage. Raises BadAnswer where its parameters are not what they must be. */
export function describeStage(challenge: Challenge, type: string, homeserverUrl: string): Stage {
  const kind = KINDS[type] ?? "browser";
  return {
    kind,
    type,
    url: kind === "browser" ? fallbackUrl(homeserverUrl, type, challenge.session) : "",
    policies: kind === "terms" ? policiesOf(asObject(challenge.params[type])) : [],
    email: "",
    errorWord: "",
    others: otherStages(challenge, type),
    done: challenge.completed.length,
    total: challenge.completed.length + Math.max(1, remainingStages(challenge, [type]).length),
  };
}

/** Return the `auth` member for an answer; null where the answer does not fit the stage. */
export function authOf(stage: Stage, answer: StageAnswer): JsonObject | null {
  if (stage.kind === "registration_token") {
    return answer.kind === "token" ? { type: stage.type, token: answer.token } : null;
  }
  if (answer.kind !== "done") return null;
  return stage.kind === "terms" ? { type: stage.type } : {};
}

/** Return the name and address of a document in the reader's language, or in one that there is. */
export function policyText(
  policy: Policy,
  language: string,
): { readonly name: string; readonly url: string } {
  const find = (wanted: string) => policy.texts.find((text) => text.language.startsWith(wanted));
  return find(language) ?? find("en") ?? policy.texts[0] ?? { name: policy.id, url: "" };
}

function otherStages(challenge: Challenge, current: string): readonly string[] {
  const found = new Set<string>();
  for (const flow of challenge.flows) {
    const left = flow.filter((stage) => !challenge.completed.includes(stage));
    const [next] = left;
    if (next !== undefined && next !== DUMMY && !left.includes(current)) found.add(next);
  }
  return [...found];
}

function costOf(stage: string): number {
  return COSTS[stage] ?? (stage in KINDS || stage === PASSWORD ? 1 : PAGE_COST);
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}

function fallbackUrl(homeserverUrl: string, type: string, session: string | null): string {
  if (session === null) throw new BadAnswer("a page of the server, without a session");
  const path = `/_matrix/client/v3/auth/${encodeURIComponent(type)}/fallback/web`;
  return `${homeserverUrl}${path}?session=${encodeURIComponent(session)}`;
}

function policiesOf(params: JsonObject): readonly Policy[] {
  const policies = Object.entries(asObject(params.policies)).slice(0, MAX_POLICIES).map(policyOf);
  if (policies.length === 0) throw new BadAnswer("terms without documents");
  return policies;
}

function policyOf([id, value]: [string, unknown]): Policy {
  const texts = Object.entries(asObject(value))
    .map(([language, text]) => ({
      language,
      name: asText(asObject(text).name, 300) || id,
      url: asText(asObject(text).url),
    }))
    .filter(({ url }) => /^https?:$/.test(parseUrl(url)?.protocol ?? ""))
    .slice(0, MAX_POLICIES);
  if (texts.length === 0) throw new BadAnswer(`a document without text: ${id.slice(0, 100)}`);
  return { id, texts };
}
