import type { Curve25519PublicKey, Ecies } from "@matrix-org/matrix-sdk-crypto-wasm";
import { Cancelled } from "../errors";
import { asObject, asText, type JsonObject } from "../shapes";
import { Channel } from "./channel";
import { QrExpired, QrFailed, QrInsecure, UNEXPECTED, USER_CANCELLED } from "./errors";
import type { Rendezvous } from "./rendezvous";

export const PROTOCOLS = "m.login.protocols";
export const PROTOCOL = "m.login.protocol";
export const ACCEPTED = "m.login.protocol_accepted";
export const SUCCESS = "m.login.success";
export const SECRETS = "m.login.secrets";
export const DEVICE_GRANT = "device_authorization_grant";
const DECLINED = "m.login.declined";
const FAILURE = "m.login.failure";

/** What the user is shown and asked, on either device. */
export interface QrPrompt {
  /** Show a code that holds these bytes. */
  showCode(code: Uint8Array): void;
  /** Show the two digits that are to be typed on the other device. */
  showDigits(digits: string): void;
  /** Return the digits that the other device shows. Raises Cancelled. */
  askDigits(): Promise<string>;
  /** On the device that is signed in: offer the page on which the user agrees. */
  offerPage(url: string): void;
  /** On the new device: show the code that the page may ask for. */
  showUserCode(code: string): void;
}

/** The talk of two devices. What goes wrong in `run` is told to the other side. */
export class Conversation {
  private constructor(
    private readonly rendezvous: Rendezvous,
    private readonly channel: Channel,
    private readonly prompt: QrPrompt,
  ) {}

  /** Begin as the device that scanned. */
  static async scan(
    rendezvous: Rendezvous,
    theirKey: Curve25519PublicKey,
    prompt: QrPrompt,
  ): Promise<Conversation> {
    const { channel, first } = Channel.scanned(theirKey);
    await rendezvous.send(first);
    channel.expectAgreement(await rendezvous.receive());
    prompt.showDigits(channel.checkCode);
    return new Conversation(rendezvous, channel, prompt);
  }

  /** Begin as the device whose code is scanned. Nothing may be trusted before `compare`. */
  static async beScanned(rendezvous: Rendezvous, keys: Ecies, prompt: QrPrompt): Promise<Conversation> {
    const channel = Channel.wasScanned(keys, await rendezvous.receive());
    await rendezvous.send(channel.agree());
    return new Conversation(rendezvous, channel, prompt);
  }

  /** Have the user type what the other device shows. Raises QrInsecure, Cancelled. */
  async compare(): Promise<void> {
    if ((await this.prompt.askDigits()).trim() !== this.channel.checkCode) {
      throw new QrInsecure("the digits are others");
    }
  }

  async say(type: string, members: JsonObject = {}): Promise<void> {
    await this.rendezvous.send(this.channel.encrypt(JSON.stringify({ ...members, type })));
  }

  /** Wait for a message of this kind. Raises QrFailed for any other; Cancelled where the other user said no. */
  async hear(kind: string): Promise<JsonObject> {
    const message = parse(this.channel.decrypt(await this.rendezvous.receive()));
    const type = asText(message.type, 100);
    if (type === kind) return message;
    const reason = type === FAILURE ? asText(message.reason, 100) : "";
    if (type === DECLINED || reason === USER_CANCELLED) throw new Cancelled("refused on the other device");
    throw new QrFailed(reason || UNEXPECTED);
  }

  /** Talk, and tell the other side what ends it before its time. */
  async run<T>(talk: () => Promise<T>): Promise<T> {
    try {
      return await talk();
    } catch (error) {
      await this.#fail(error);
      throw error;
    }
  }

  /** Somebody who is not the other device is left with nothing. */
  async #fail(error: unknown): Promise<void> {
    if (error instanceof QrInsecure) return this.rendezvous.close();
    if (error instanceof QrExpired) return;
    const reason =
      error instanceof Cancelled ? USER_CANCELLED : error instanceof QrFailed ? error.reason : UNEXPECTED;
    await this.rendezvous.sendLast(this.channel.encrypt(JSON.stringify({ type: FAILURE, reason })));
  }
}

function parse(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    throw new QrFailed(UNEXPECTED);
  }
}
