import { type MatrixClient, type MatrixEvent, MatrixEventEvent, RoomEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { plainText, readHtml, withoutReply } from "../html";
import { findLinks, parseMatrixLink } from "../links";
import { quietMoment } from "../quiet";
import { asObject, asObjects, asText } from "../shapes";
import type { Kind } from "./query";
import type { KeptMessage, SearchStore } from "./store";

/** What comes is gathered for so long. */
const PAUSE_MS = 1_000;
/** Messages are written together, but so few that nobody who types or scrolls waits for them. */
const AT_ONCE = 40;
const LONGEST_TEXT = 10_000;

/** Keep the words of every message that is seen, decrypted ones too, until the client stops. */
export function followMessages(sdk: MatrixClient, context: ClientContext, store: SearchStore): void {
  const index = new Indexer(store);
  const take = (event: MatrixEvent) => index.take(event);
  const forget = (event: MatrixEvent) => index.forget(event);
  sdk.on(RoomEvent.Timeline, take);
  sdk.on(MatrixEventEvent.Decrypted, take);
  sdk.on(RoomEvent.Redaction, forget);
  context.onStop(async () => {
    sdk.off(RoomEvent.Timeline, take);
    sdk.off(MatrixEventEvent.Decrypted, take);
    sdk.off(RoomEvent.Redaction, forget);
    await index.stop();
    await store.close();
  });
}

/** Writes what it is given when the page has nothing better to do: nobody waits for an index. */
class Indexer {
  readonly #store: SearchStore;
  readonly #seen = new Map<string, MatrixEvent>();
  readonly #forgotten = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHurried = false;
  #isBroken = false;
  #work: Promise<void> = Promise.resolve();

  constructor(store: SearchStore) {
    this.#store = store;
  }

  take(event: MatrixEvent): void {
    const id = event.getId();
    if (!id || event.isState() || this.#isBroken) return;
    this.#seen.set(id, event);
    this.#schedule();
  }

  forget(event: MatrixEvent): void {
    const id = event.getAssociatedId();
    if (!id || this.#isBroken) return;
    this.#forgotten.add(id);
    this.#schedule();
  }

  /** Write what waits, at once. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isHurried = true;
    await this.#work;
    await this.#writeAll();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#work = this.#writeAll().finally(() => {
        this.#timer = undefined;
        if (this.#seen.size > 0 && !this.#isHurried) this.#schedule();
      });
    }, PAUSE_MS);
  }

  async #writeAll(): Promise<void> {
    while (this.#seen.size + this.#forgotten.size > 0) {
      if (!this.#isHurried) await quietMoment();
      try {
        await this.#writeSome();
      } catch (error) {
        // Without room for an index there is none; the server still searches what is not encrypted.
        this.#isBroken = true;
        this.#seen.clear();
        this.#forgotten.clear();
        console.warn("messages are not kept for search:", error instanceof Error ? error.name : "unknown");
      }
    }
  }

  async #writeSome(): Promise<void> {
    const events = [...this.#seen].slice(0, AT_ONCE);
    const messages = events.flatMap(([id, event]) => {
      this.#seen.delete(id);
      const message = messageOf(event);
      return message === null || this.#forgotten.has(message.id) ? [] : [message];
    });
    // What is forgotten stays so until no edit of it can come any more.
    const gone = this.#seen.size === 0 ? [...this.#forgotten] : [];
    if (gone.length > 0) this.#forgotten.clear();
    await this.#store.write(messages, gone);
  }
}

/** Return what of a message can be searched; null for what is none, has no words, or is not sent yet. */
export function messageOf(event: MatrixEvent): KeptMessage | null {
  const sentId = event.getId();
  if (!sentId?.startsWith("$") || event.isState() || event.isRedacted() || event.isDecryptionFailure())
    return null;
  const edited = event.getRelation()?.rel_type === "m.replace" ? event.getRelation()?.event_id : undefined;
  // An edit counts for its message; that somebody else's edit counts for nothing is seen when it is shown.
  const target = edited === undefined ? undefined : (event as { replaces?: MatrixEvent }).replaces;
  if (target && target.getSender() !== event.getSender()) return null;
  const content = asObject(event.getContent());
  const text = textOf(event.getType(), edited === undefined ? content : asObject(content["m.new_content"]));
  const room = event.getRoomId();
  if (text === "" || room === undefined) return null;
  const sender = event.getSender() ?? "";
  const kinds = kindsOf(event.getType(), content, text);
  return { id: edited ?? sentId, room, sender, time: event.getTs(), text, kinds };
}

const KINDS_OF_FILES: Readonly<Record<string, Kind>> = {
  "m.image": "image",
  "m.video": "video",
  "m.audio": "audio",
  "m.file": "file",
};

/** What a message is or holds, as far as one may look for it. */
export function kindsOf(
  type: string,
  content: Readonly<Record<string, unknown>>,
  text: string,
): readonly Kind[] {
  const ofFile = type === "m.room.message" ? KINDS_OF_FILES[asText(content.msgtype, 100)] : undefined;
  const hasLink = findLinks(text).some(({ target }) => /^https?:/i.test(target) && !parseMatrixLink(target));
  return [...(ofFile === undefined ? [] : [ofFile]), ...(hasLink ? (["link"] as const) : [])];
}

function textOf(type: string, content: Readonly<Record<string, unknown>>): string {
  if (type === "m.poll.start" || type === "org.matrix.msc3381.poll.start") return pollText(content);
  if (type !== "m.room.message" && type !== "m.sticker") return "";
  const formatted = asText(content.formatted_body, LONGEST_TEXT);
  const body = formatted
    ? plainText(readHtml(formatted), "")
    : withoutReply(asText(content.body, LONGEST_TEXT));
  const name = asText(content.filename, 300);
  return (name !== "" && name !== body ? `${body} ${name}` : body).trim();
}

function pollText(content: Readonly<Record<string, unknown>>): string {
  const poll = asObject(content["m.poll"] ?? content["org.matrix.msc3381.poll.start"]);
  const said = (part: Readonly<Record<string, unknown>>) =>
    asText(asObjects(part["m.text"])[0]?.body ?? part["org.matrix.msc1767.text"] ?? part.body, LONGEST_TEXT);
  return [asObject(poll.question), ...asObjects(poll.answers).slice(0, 20)]
    .map(said)
    .filter(Boolean)
    .join(" ");
}
