import { request } from "./api";
import { ApiError, BadAnswer, Cancelled, ClientError } from "./errors";
import { randomToken } from "./random";
import { asText, type JsonObject } from "./shapes";
import {
  authOf,
  type Challenge,
  challengeOf,
  DUMMY,
  describeStage,
  remainingStages,
  type Stage,
  type StageAnswer,
} from "./stages";

/** Asks the user; null gives up. */
export type Ask = (stage: Stage) => Promise<StageAnswer | null>;

/** Sends the request, with this `auth` member, or without one. */
type Send = (auth: JsonObject | null) => Promise<JsonObject>;

/** What an address is proved for: the path that sends the mail. */
export type EmailPurpose = "/register/email/requestToken" | "/account/password/email/requestToken";

const MAX_ROUNDS = 100;

/** A mail that was sent; becomes good once its link was followed. */
interface SentMail {
  readonly address: string;
  readonly sid: string;
  readonly secret: string;
  readonly attempt: number;
}

/**
 * Send a request that anybody may make who proves what the server wants proved, stage by stage, and return its
 * answer. Raises Cancelled where the user gives up, and whatever the request raises otherwise.
 */
export async function withStages(
  homeserverUrl: string,
  purpose: EmailPurpose,
  send: Send,
  ask: Ask,
): Promise<JsonObject> {
  const conversation = new Conversation(homeserverUrl, purpose, ask);
  let auth: JsonObject | null = null;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    try {
      return await send(auth);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      auth = await conversation.nextAuth(error);
    }
  }
  throw new BadAnswer("the server is never satisfied");
}

/** What was asked and answered for one request. */
class Conversation {
  #challenge: Challenge | null = null;
  #chosen: readonly string[] = [];
  /** What the refused request was meant to prove. */
  #asked: Stage["kind"] | null = null;
  #mail: SentMail | null = null;

  constructor(
    private readonly homeserverUrl: string,
    private readonly purpose: EmailPurpose,
    private readonly ask: Ask,
  ) {}

  /** Return what to prove with next, having asked the user. Raises the refusal where no proof would change it. */
  async nextAuth(refusal: ApiError): Promise<JsonObject> {
    const challenge = challengeOf(refusal) ?? (this.#isAboutTheProof(refusal) ? this.#challenge : null);
    if (challenge === null) throw refusal;
    this.#challenge = challenge;
    const [next] = remainingStages(challenge, this.#chosen);
    if (next === undefined) return withSession(challenge, {});
    if (next === DUMMY) return withSession(challenge, { type: DUMMY });
    return this.#askUntilItFits(
      challenge,
      this.#explained(describeStage(challenge, next, this.homeserverUrl)),
    );
  }

  /** COMPAT: servers that refuse a wrong code without repeating the flows. */
  #isAboutTheProof(refusal: ApiError): boolean {
    return this.#asked === "registration_token" && (refusal.status === 401 || refusal.status === 403);
  }

  async #askUntilItFits(challenge: Challenge, first: Stage): Promise<JsonObject> {
    let stage = first;
    for (;;) {
      const answer = await this.ask(stage);
      if (answer === null) throw new Cancelled("given up");
      if (answer.kind === "another") {
        this.#chosen = [answer.type];
        stage = describeStage(challenge, answer.type, this.homeserverUrl);
        continue;
      }
      this.#asked = stage.kind;
      if (answer.kind === "email") {
        stage = await this.#sendMail(stage, answer.address.trim());
        continue;
      }
      const auth = stage.kind === "email_sent" ? this.#mailProof(stage) : authOf(stage, answer);
      if (auth !== null) return withSession(challenge, auth);
    }
  }

  /** Say why a stage is asked once more, where it is. */
  #explained(stage: Stage): Stage {
    if (stage.kind === "email" && this.#mail !== null) {
      const errorWord = this.#asked === "email_sent" ? "email_not_confirmed" : "";
      return { ...stage, kind: "email_sent", email: this.#mail.address, errorWord };
    }
    return this.#asked === stage.kind ? { ...stage, errorWord: `stage_${stage.kind}` } : stage;
  }

  async #sendMail(stage: Stage, address: string): Promise<Stage> {
    try {
      this.#mail = await sendMail(this.homeserverUrl, this.purpose, address, this.#mail);
      return { ...stage, kind: "email_sent", email: address, errorWord: "" };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const isRefusal = error instanceof ApiError && error.word !== "rate_limited";
      return { ...stage, kind: "email", errorWord: isRefusal ? "email_refused" : error.word };
    }
  }

  #mailProof(stage: Stage): JsonObject | null {
    if (this.#mail === null) return null;
    return { type: stage.type, threepid_creds: { sid: this.#mail.sid, client_secret: this.#mail.secret } };
  }
}

function withSession(challenge: Challenge, proof: JsonObject): JsonObject {
  return challenge.session === null ? proof : { ...proof, session: challenge.session };
}

async function sendMail(
  homeserverUrl: string,
  purpose: EmailPurpose,
  address: string,
  earlier: SentMail | null,
): Promise<SentMail> {
  const before = earlier?.address === address ? earlier : null;
  const secret = before?.secret ?? randomToken();
  const attempt = (before?.attempt ?? 0) + 1;
  const answer = await request(homeserverUrl, "POST", `/_matrix/client/v3${purpose}`, {
    body: { client_secret: secret, email: address, send_attempt: attempt },
  });
  const sid = asText(answer.sid, 255);
  if (!sid) throw new BadAnswer("no session of the address");
  return { address, sid, secret, attempt };
}
