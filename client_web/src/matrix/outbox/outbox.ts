import type { MatrixClient, MatrixEvent, Room } from "matrix-js-sdk";
import { t } from "../../words";
import type { ClientContext } from "../context";
import { asClientError, ClientError } from "../errors";
import type { Written } from "../markdown";
import { oneLine, safeName } from "../names";
import { preferences } from "../settings/preferences";
import { asObject, asText, asTexts } from "../shapes";
import { until, type Value } from "../value";
import { Drafts } from "./drafts";
import { type ImagePack, PACK_TYPES, type PackImage, readImagePack } from "./imagePacks";
import {
  POLL_END_TYPE,
  POLL_RESPONSE_TYPE,
  POLL_START_TYPE,
  pollEnd,
  pollResponse,
  pollStart,
} from "./polls";
import { SendQueue } from "./queue";
import { forwarded, reaction, relation, replacement, textContent, withCaption } from "./relations";
import { Uploads } from "./uploads";
import type { Keeping, NewPoll, Outbox, OutgoingFile, Target, Upload, UrlPreview } from "./values";
import { WaitingMessages } from "./waiting";

type Content = Record<string, unknown>;
const TYPING_MS = 25_000;

/** Sends through the SDK, whose local echoes are what the timelines show. */
export class RoomOutbox implements Outbox {
  readonly uploads: Value<readonly Upload[]>;
  readonly keeping: Value<Keeping>;
  readonly #waiting: WaitingMessages;
  readonly #sdk: MatrixClient;
  readonly #uploads: Uploads;
  readonly #queue: SendQueue;
  readonly #drafts: Drafts;

  constructor(sdk: MatrixClient, context: ClientContext) {
    this.#sdk = sdk;
    const isEncrypted = (roomId: string): boolean => sdk.getRoom(roomId)?.hasEncryptionStateEvent() ?? false;
    const send = (target: Target, content: Content, txnId: string): void =>
      this.#send(target, "m.room.message", content, txnId);
    this.#waiting = new WaitingMessages(sdk, context);
    this.keeping = this.#waiting.store.keeping;
    this.#uploads = new Uploads(context, isEncrypted, send, this.#waiting.store);
    this.uploads = this.#uploads.list;
    this.#queue = new SendQueue(sdk, context);
    this.#drafts = new Drafts(`${context.databaseName("drafts")}`);
    context.onStop(() => this.#drafts.save());
    context.onStop(
      context.sync.subscribe(() => {
        if (context.sync.get() !== "live") return;
        this.#queue.wake();
        this.#uploads.retryWaiting();
      }),
    );
    void until(context.sync, (state) => state !== "starting").then(() => this.#restore());
  }

  sendText(target: Target, written: Written, msgtype = "m.text"): void {
    this.#send(target, "m.room.message", textContent(written, msgtype));
  }

  async edit(roomId: string, eventId: string, written: Written): Promise<void> {
    const event = this.#event(roomId, eventId);
    const earlier = asObject(event.getOriginalContent());
    const current = asObject(event.getContent());
    const isFile = "url" in current || "file" in current;
    const { "m.relates_to": _, ...kept } = current;
    const msgtype = asText(current.msgtype, 100) || "m.text";
    const content = isFile ? withCaption(kept, written) : textContent(written, msgtype);
    this.#send({ roomId }, "m.room.message", replacement(content, eventId, earlier));
  }

  sendFile(target: Target, file: OutgoingFile): void {
    this.#uploads.add(target, file, this.#sdk.makeTxnId());
  }

  sendSticker(target: Target, image: PackImage): void {
    this.#send(target, "m.sticker", { body: image.body, url: image.mxc, info: { ...image.info } });
  }

  startPoll(target: Target, poll: NewPoll): void {
    this.#send(target, POLL_START_TYPE, pollStart(poll));
  }

  vote(roomId: string, pollId: string, answerIds: readonly string[]): void {
    this.#send({ roomId }, POLL_RESPONSE_TYPE, pollResponse(pollId, answerIds));
  }

  endPoll(roomId: string, pollId: string): void {
    this.#send({ roomId }, POLL_END_TYPE, pollEnd(pollId, t("chat.poll_ended")));
  }

  async react(roomId: string, eventId: string, key: string): Promise<void> {
    const own = this.#room(roomId)
      .relations.getAllChildEventsForEvent(eventId)
      .find((event) => isOwnReaction(event, this.#sdk.getSafeUserId(), key));
    const id = own?.getId();
    if (own === undefined) this.#send({ roomId }, "m.reaction", reaction(eventId, key));
    else if (own.status !== null) this.#sdk.cancelPendingEvent(own);
    else if (id) await this.#try(this.#sdk.redactEvent(roomId, id));
  }

  async remove(roomId: string, eventId: string, reason: string): Promise<void> {
    await this.#try(this.#sdk.redactEvent(roomId, eventId, undefined, reason ? { reason } : {}));
  }

  async pin(roomId: string, eventId: string, pinned: boolean): Promise<void> {
    const content = this.#room(roomId).currentState.getStateEvents("m.room.pinned_events", "")?.getContent();
    const others = asTexts(asObject(content).pinned).filter((id) => id !== eventId);
    const next = pinned ? [...others, eventId] : others;
    await this.#try(
      this.#sdk.sendStateEvent(roomId, "m.room.pinned_events" as never, { pinned: next } as never),
    );
  }

  async report(roomId: string, eventId: string, reason: string): Promise<void> {
    await this.#try(this.#sdk.reportEvent(roomId, eventId, -100, reason));
  }

  async forward(roomId: string, eventId: string, toRoomId: string): Promise<void> {
    const event = this.#event(roomId, eventId);
    this.#send({ roomId: toRoomId }, event.getType(), forwarded(asObject(event.getContent())));
  }

  retry(roomId: string, key: string): void {
    if (this.#uploads.retry(key)) return;
    const event = this.#pending(roomId, key);
    if (event === undefined) return;
    const room = this.#room(roomId);
    this.#sdk.resendEvent(event, room).then(
      () => this.#queue.pump(room),
      () => undefined, // the event itself says that it failed again
    );
  }

  cancel(roomId: string, key: string): void {
    if (this.#uploads.cancel(key)) return;
    const event = this.#pending(roomId, key);
    if (event === undefined) return;
    this.#sdk.cancelPendingEvent(event);
    void this.#queue.pump(this.#room(roomId));
  }

  setTyping(roomId: string, isTyping: boolean): void {
    if (!preferences.get().sendTyping) return;
    // Nobody misses it where there is no network.
    this.#sdk.sendTyping(roomId, isTyping, TYPING_MS).catch(() => undefined);
  }

  draft(roomId: string, threadRoot: string | null): string {
    return this.#drafts.get(roomId, threadRoot);
  }

  setDraft(roomId: string, threadRoot: string | null, text: string): void {
    this.#drafts.set(roomId, threadRoot, text);
  }

  imagePacks(roomId: string): readonly ImagePack[] {
    const found = new Map<string, ImagePack>();
    const add = (pack: ImagePack | undefined): void => {
      if (pack !== undefined && !found.has(pack.key)) found.set(pack.key, pack);
    };
    const own = this.#sdk.getAccountData("im.ponies.user_emotes" as never)?.getContent();
    add(readImagePack("", "", own, safeName(this.#sdk.getUser(this.#sdk.getSafeUserId())?.displayName)));
    for (const [room, keys] of this.#enabledPacks()) for (const key of keys) add(this.#roomPack(room, key));
    for (const type of PACK_TYPES) {
      for (const event of this.#sdk.getRoom(roomId)?.currentState.getStateEvents(type) ?? []) {
        add(this.#roomPack(roomId, event.getStateKey() ?? ""));
      }
    }
    return [...found.values()];
  }

  async previewUrl(url: string, atMs: number): Promise<UrlPreview | null> {
    const answer = asObject(await this.#sdk.getUrlPreview(url, atMs).catch(() => ({})));
    const title = oneLine(answer["og:title"], 200);
    const description = oneLine(answer["og:description"], 300);
    const picture = asText(answer["og:image"], 600);
    if (!title && !description) return null;
    const site = oneLine(answer["og:site_name"], 100);
    return { url, title, description, site, picture: picture.startsWith("mxc://") ? picture : null };
  }

  async discardSession(roomId: string): Promise<void> {
    await this.#sdk.getCrypto()?.forceDiscardSession(roomId);
  }

  localUrl(txnId: string): string | null {
    return this.#uploads.localUrl(txnId);
  }

  sendReceipt(event: MatrixEvent, isInThread: boolean): void {
    const isPublic = preferences.get().publicReceipts;
    const [roomId, eventId] = [event.getRoomId(), event.getId()];
    if (!roomId || !eventId) return;
    const receipt = isPublic ? "m.read" : "m.read.private";
    const sent = isInThread
      ? this.#sdk.sendReadReceipt(event, receipt as never)
      : this.#sdk.setRoomReadMarkers(
          roomId,
          eventId,
          isPublic ? event : undefined,
          isPublic ? undefined : event,
        );
    // Without a network the next reading tells it.
    Promise.resolve(sent).catch(() => undefined);
  }

  #send(target: Target, type: string, content: Content, txnId = this.#sdk.makeTxnId()): void {
    const { roomId, threadRoot = null, replyTo = null } = target;
    const related = relation(threadRoot, this.#latestInThread(roomId, threadRoot), replyTo);
    const whole = related === null ? content : { ...content, "m.relates_to": related };
    this.#waiting.keep({
      kind: "message",
      txnId,
      roomId,
      threadRoot,
      atMs: Date.now(),
      type,
      content: whole,
      errorWord: "",
    });
    // What became of it the event itself tells, where it is shown.
    this.#sdk.sendEvent(roomId, threadRoot, type as never, whole as never, txnId).catch(() => undefined);
  }

  /** Show and send what an earlier start of the page left unsent, in its order. */
  async #restore(): Promise<void> {
    for (const waiting of await this.#waiting.store.all()) {
      if (waiting.kind === "message") this.#waiting.restore(waiting);
      else this.#uploads.restore(waiting);
    }
    this.#queue.wake();
  }

  #latestInThread(roomId: string, threadRoot: string | null): string {
    if (threadRoot === null) return "";
    const last = this.#sdk
      .getRoom(roomId)
      ?.getThread(threadRoot)
      ?.lastReply((event) => event.status === null);
    return last?.getId() ?? threadRoot;
  }

  #pending(roomId: string, key: string): MatrixEvent | undefined {
    return this.#room(roomId)
      .getPendingEvents()
      .find((event) => event.getTxnId() === key || event.getId() === key);
  }

  #event(roomId: string, eventId: string): MatrixEvent {
    const event = this.#room(roomId).findEventById(eventId);
    if (event === undefined) throw new ClientError("not_found", "the event is not here");
    return event;
  }

  #room(roomId: string): Room {
    const room = this.#sdk.getRoom(roomId);
    if (room === null) throw new ClientError("room_not_here", "the room is not known");
    return room;
  }

  #roomPack(roomId: string, stateKey: string): ImagePack | undefined {
    const room = this.#sdk.getRoom(roomId);
    for (const type of PACK_TYPES) {
      const event = room?.currentState.getStateEvents(type, stateKey);
      const pack = event && readImagePack(roomId, stateKey, event.getContent(), safeName(room?.name, roomId));
      if (pack) return pack;
    }
    return undefined;
  }

  *#enabledPacks(): Iterable<readonly [string, readonly string[]]> {
    for (const type of ["im.ponies.emote_rooms", "m.image_pack.rooms"]) {
      const rooms = asObject(asObject(this.#sdk.getAccountData(type as never)?.getContent()).rooms);
      for (const [roomId, keys] of Object.entries(rooms)) yield [roomId, Object.keys(asObject(keys))];
    }
  }

  async #try(act: Promise<unknown>): Promise<void> {
    try {
      await act;
    } catch (error) {
      throw asClientError(error);
    }
  }
}

function isOwnReaction(event: MatrixEvent, me: string, key: string): boolean {
  const relates = asObject(asObject(event.getWireContent())["m.relates_to"]);
  return (
    event.getType() === "m.reaction" && event.getSender() === me && relates.key === key && !event.isRedacted()
  );
}
