import { ApiError, asClientError, Cancelled } from "../errors";
import { asObject, asObjects, asText, asTexts } from "../shapes";
import type { JsonObject } from "../types";
import { MutableValue, type Value } from "../value";

/**
 * Make a request that the server may want proof for that it is really the account's owner who asks.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
 */
export type Prove = <T>(request: (auth: JsonObject | null) => Promise<T>) => Promise<T>;

/** What the user is asked for now. */
export interface ProofRequest {
  /** `password` is typed here; for `page` a page of the server is opened, and `submit` says that it is done. */
  readonly kind: "password" | "page";
  /** The page to open. */
  readonly url: string | null;
  /** The answer before was not accepted. */
  readonly wasRefused: boolean;
  readonly isBusy: boolean;
  submit(password: string): void;
  cancel(): void;
}

/** Asks for proofs, one at a time; a dialog shows `request`. */
export interface Proofs {
  readonly request: Value<ProofRequest | null>;
  readonly prove: Prove;
}

interface Challenge {
  readonly session: string;
  readonly completed: readonly string[];
  readonly flows: readonly (readonly string[])[];
  readonly params: JsonObject;
  readonly wasRefused: boolean;
}

const PASSWORD = "m.login.password";
const DUMMY = "m.login.dummy";
/** Nobody is asked more often than this in one go. */
const MAX_STEPS = 30;

/** Make it for a user of a homeserver. */
export function createProofs(userId: string, homeserverUrl: string): Proofs {
  const request = new MutableValue<ProofRequest | null>(null);
  let queue: Promise<unknown> = Promise.resolve();

  const prove: Prove = (make) => {
    const turn = queue.then(() => withProof(make));
    queue = turn.catch(() => undefined);
    return turn;
  };

  async function withProof<T>(make: (auth: JsonObject | null) => Promise<T>): Promise<T> {
    let auth: JsonObject | null = null;
    try {
      for (let step = 0; step < MAX_STEPS; step += 1) {
        const answer = await attempt(make, auth);
        if ("done" in answer) return answer.done;
        auth = await answerTo(answer.challenge, auth);
      }
    } finally {
      request.set(null);
    }
    throw new Cancelled("asked too often");
  }

  async function answerTo(challenge: Challenge, before: JsonObject | null): Promise<JsonObject> {
    const stage = nextStage(challenge);
    if (stage === DUMMY) return { type: DUMMY, session: challenge.session };
    if (stage === PASSWORD) {
      const password = await ask("password", null, challenge.wasRefused);
      const identifier = { type: "m.id.user", user: userId };
      return { type: PASSWORD, session: challenge.session, identifier, password };
    }
    // Asked for the same page again: the server has not seen it done.
    const wasRefused = before !== null && !("type" in before);
    await ask("page", pageOf(homeserverUrl, stage, challenge), wasRefused);
    return { session: challenge.session };
  }

  function ask(kind: ProofRequest["kind"], url: string | null, wasRefused: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const shown: ProofRequest = {
        kind,
        url,
        wasRefused,
        isBusy: false,
        submit: (password) => {
          request.set({ ...shown, isBusy: true });
          resolve(password);
        },
        cancel: () => reject(new Cancelled()),
      };
      request.set(shown);
    });
  }

  return { request, prove };
}

async function attempt<T>(
  make: (auth: JsonObject | null) => Promise<T>,
  auth: JsonObject | null,
): Promise<{ readonly done: T } | { readonly challenge: Challenge }> {
  try {
    return { done: await make(auth) };
  } catch (error) {
    const challenge = readChallenge(asClientError(error));
    if (challenge === null) throw error;
    return { challenge };
  }
}

function readChallenge(error: unknown): Challenge | null {
  if (!(error instanceof ApiError) || error.status !== 401) return null;
  const { session, flows, completed, params } = error.body;
  if (typeof session !== "string" || !Array.isArray(flows)) return null;
  return {
    session,
    completed: asTexts(completed),
    flows: asObjects(flows).map((flow) => asTexts(flow.stages)),
    params: asObject(params),
    wasRefused: typeof error.body.errcode === "string",
  };
}

/** Take the shortest way; among equals one whose next stage is asked for here. */
function nextStage({ flows, completed }: Challenge): string {
  const left = flows
    .map((flow) => flow.filter((stage) => !completed.includes(stage)))
    .filter((flow) => flow.length > 0)
    .sort((one, other) => one.length - other.length || rank(one[0]) - rank(other[0]));
  const stage = left[0]?.[0];
  if (stage === undefined) throw new Cancelled("the server offers no way to prove it");
  return stage;
}

function rank(stage: string | undefined): number {
  return stage === DUMMY ? 0 : stage === PASSWORD ? 1 : 2;
}

function pageOf(homeserverUrl: string, stage: string, { session, params }: Challenge): string {
  const url = asText(asObject(params[stage]).url);
  if (/^https?:\/\//.test(url)) return url;
  const query = new URLSearchParams({ session });
  return `${homeserverUrl}/_matrix/client/v3/auth/${encodeURIComponent(stage)}/fallback/web?${query}`;
}
