import {
  ClientEvent,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  type Room,
  RoomEvent,
  RoomMemberEvent,
  RoomStateEvent,
  ThreadEvent,
} from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { ClientError } from "../errors";
import { asObject, asText, asTexts } from "../shapes";
import { validEdits } from "./edits";
import { SdkRoomFacts } from "./roomFacts";
import { RoomTimeline } from "./roomTimeline";
import { plainEvent } from "./sdkEvent";
import { isShared, sharedEvents } from "./shared";
import type { EventSource, SharedPage, ThreadRow, Timelines } from "./timelines";
import { isMessage, type MessageItem, type Timeline } from "./values";

interface Opened {
  readonly timeline: RoomTimeline;
  readonly facts: SdkRoomFacts;
  holders: number;
  readonly forget: () => void;
}

const MAX_PINS = 100;
/** A room that was left a moment ago opens as it was. */
const KEPT_CLOSED = 4;

/** The timelines that somebody looks at, each told what concerns it. */
export class OpenTimelines implements Timelines {
  readonly #sdk: MatrixClient;
  readonly #context: ClientContext;
  readonly #opened = new Map<string, Opened>();

  constructor(sdk: MatrixClient, context: ClientContext) {
    this.#sdk = sdk;
    this.#context = context;
    this.#listen();
  }

  open(roomId: string, threadRoot: string | null = null): Timeline {
    const key = `${roomId} ${threadRoot ?? ""}`;
    const opened = this.#opened.get(key) ?? this.#make(roomId, threadRoot);
    opened.holders += 1;
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    return opened.timeline;
  }

  async threads(roomId: string): Promise<readonly ThreadRow[]> {
    const room = this.#room(roomId);
    await room.createThreadsTimelineSets();
    await room.fetchRoomThreads();
    const { cache } = this.#peek(roomId);
    return room
      .getThreads()
      .filter((thread) => thread.rootEvent !== undefined && thread.length > 0)
      .map((thread) => ({
        rootId: thread.id,
        root: cache.item(thread.rootEvent!),
        at: thread.replyToEvent?.getTs() ?? 0,
      }))
      .filter(
        (row): row is { rootId: string; root: MessageItem; at: number } =>
          row.root !== null && isMessage(row.root),
      )
      .sort((one, other) => other.at - one.at);
  }

  async pinned(roomId: string): Promise<readonly MessageItem[]> {
    const content = asObject(
      this.#room(roomId).currentState.getStateEvents("m.room.pinned_events", "")?.getContent(),
    );
    const ids = asTexts(content.pinned).slice(-MAX_PINS).reverse();
    const items = await Promise.all(ids.map((id) => this.item(roomId, id)));
    return items.filter((item) => item !== null);
  }

  async shared(roomId: string, from?: string): Promise<SharedPage> {
    const { events, next } = await sharedEvents(this.#sdk, this.#room(roomId), from);
    const { cache } = this.#peek(roomId);
    const items = events.map((event) => cache.item(event));
    return {
      items: items
        .filter((item) => item !== null)
        .filter(isMessage)
        .filter(isShared),
      next,
    };
  }

  async item(roomId: string, eventId: string): Promise<MessageItem | null> {
    const { cache, related } = this.#peek(roomId);
    const event = await related.fetch(eventId);
    const item = event && cache.item(event);
    return item && isMessage(item) ? item : null;
  }

  async source(roomId: string, eventId: string): Promise<EventSource> {
    const { related } = this.#peek(roomId);
    const event = await related.fetch(eventId);
    if (event === null) throw new ClientError("not_found", "the event cannot be had");
    const plain = plainEvent(event);
    const edits = validEdits(plain, related.children(event).map(plainEvent));
    const contents = [plain, ...edits].map((each) => ({
      atMs: each.atMs,
      content: each === plain ? each.content : asObject(each.content["m.new_content"]),
    }));
    const isClear = event.isEncrypted() && !event.isDecryptionFailure();
    return {
      wire: asObject(event.event),
      clear: isClear ? { type: plain.type, content: plain.content } : null,
      versions: contents.map(({ atMs, content }) => ({
        atMs,
        body: asText(content.body),
        html: content.format === "org.matrix.custom.html" ? asText(content.formatted_body) : "",
      })),
    };
  }

  #make(roomId: string, threadRoot: string | null): Opened {
    const room = this.#room(roomId);
    const facts = new SdkRoomFacts(this.#sdk, room);
    const key = `${roomId} ${threadRoot ?? ""}`;
    const onClose = (): void => this.#close(key);
    const timeline = new RoomTimeline({
      sdk: this.#sdk,
      context: this.#context,
      room,
      threadRoot,
      facts,
      onClose,
    });
    // Rooms tell of their threads themselves; the client does not pass it on.
    const ofThread = (thread: { readonly id: string }): void => timeline.touched(thread.id);
    const told = [ThreadEvent.New, ThreadEvent.Update, ThreadEvent.NewReply] as const;
    for (const each of told) room.on(each, ofThread);
    const forget = (): void => {
      for (const each of told) room.off(each, ofThread);
    };
    const opened: Opened = { timeline, facts, holders: 0, forget };
    this.#opened.set(key, opened);
    return opened;
  }

  /** The room's own timeline, whoever looks at it. */
  #peek(roomId: string): RoomTimeline {
    const timeline = this.open(roomId);
    timeline.close();
    return timeline as RoomTimeline;
  }

  #close(key: string): void {
    const opened = this.#opened.get(key);
    if (opened === undefined) return;
    opened.holders = Math.max(0, opened.holders - 1);
    const idle = [...this.#opened].filter(([, each]) => each.holders === 0);
    for (const [oldKey, old] of idle.slice(0, Math.max(0, idle.length - KEPT_CLOSED))) {
      old.timeline.end();
      old.forget();
      this.#opened.delete(oldKey);
    }
  }

  #room(roomId: string): Room {
    const room = this.#sdk.getRoom(roomId);
    if (room === null) throw new ClientError("room_not_here", "the room is not known");
    return room;
  }

  #listen(): void {
    const sdk = this.#sdk;
    const ofEvent = (event: MatrixEvent): void =>
      this.#each(event.getRoomId(), ({ timeline }) => timeline.changed(event));
    const ofRoom = (room: Room): void => this.#each(room.roomId, ({ timeline }) => timeline.schedule());
    const all = (opened: Opened): void => {
      opened.facts.refresh();
      opened.timeline.cache.allTouched();
      opened.timeline.schedule();
    };
    sdk.on(RoomEvent.Timeline, ofEvent);
    sdk.on(RoomEvent.LocalEchoUpdated, ofEvent);
    sdk.on(RoomEvent.Redaction, (redaction, room) => {
      const target = room.findEventById(
        redaction.event.redacts ?? asText(redaction.getContent().redacts, 255),
      );
      if (target) ofEvent(target);
    });
    sdk.on(RoomEvent.RedactionCancelled, (redaction, room) => {
      const target = room.findEventById(redaction.event.redacts ?? "");
      if (target) ofEvent(target);
    });
    sdk.on(RoomEvent.TimelineReset, (room) => room && ofRoom(room));
    sdk.on(RoomEvent.Receipt, (_event, room) => ofRoom(room));
    sdk.on(MatrixEventEvent.Decrypted, ofEvent);
    sdk.on(MatrixEventEvent.Replaced, ofEvent);
    sdk.on(RoomStateEvent.Events, (event) => {
      if (event.getType() !== "m.room.member") this.#each(event.getRoomId(), all);
    });
    sdk.on(RoomStateEvent.Members, (event, _state, member) => this.#person(event.getRoomId(), member.userId));
    sdk.on(RoomMemberEvent.Name, (event, member) => this.#person(event.getRoomId(), member.userId));
    sdk.on(ClientEvent.AccountData, (event) => {
      if (event.getType() === "m.ignored_user_list") for (const opened of this.#opened.values()) all(opened);
    });
    const uploads = (): void => {
      for (const { timeline } of this.#opened.values()) timeline.schedule();
    };
    queueMicrotask(() => this.#context.onStop(this.#context.parts().outbox.uploads.subscribe(uploads)));
  }

  #person(roomId: string | undefined, userId: string): void {
    this.#each(roomId, ({ facts, timeline }) => {
      facts.forget(userId);
      timeline.cache.personTouched(userId);
      timeline.schedule();
    });
  }

  #each(roomId: string | undefined, act: (opened: Opened) => void): void {
    for (const opened of this.#opened.values()) if (opened.timeline.roomId === roomId) act(opened);
  }
}
