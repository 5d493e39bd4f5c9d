import {
  Direction,
  type EventTimelineSet,
  type MatrixClient,
  type MatrixEvent,
  NotificationCountType,
  type Room,
} from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { errorWord } from "../errors";
import type { Upload } from "../outbox";
import { asText } from "../shapes";
import type { SendStatus } from "../types";
import { MutableValue } from "../value";
import { decorate } from "./decorate";
import { relationType, type TimelineEvent } from "./event";
import { ItemCache } from "./itemCache";
import { buildItem } from "./items/build";
import { receiptsByRow } from "./receipts";
import { RelatedEvents } from "./related";
import type { SdkRoomFacts } from "./roomFacts";
import { plainEvent } from "./sdkEvent";
import { sendStatusOf, sendStatusOfUpload } from "./sendStatus";
import { Shields } from "./shields";
import { alone } from "./surroundings";
import { type EventItem, isMessage, type Timeline, type TimelineSnapshot } from "./values";
import { EventWindow } from "./window";

const EMPTY: TimelineSnapshot = {
  items: [],
  isLoaded: false,
  hasOlder: true,
  hasNewer: false,
  loading: null,
  errorWord: "",
  unreadBelow: 0,
};
/** So many rows are loaded before anybody scrolls. */
const FIRST_ROWS = 25;
const MAX_FIRST_PAGES = 6;
const MOST_MEMBERS = 2_000;

export interface TimelineOptions {
  readonly sdk: MatrixClient;
  readonly context: ClientContext;
  readonly room: Room;
  readonly threadRoot: string | null;
  readonly facts: SdkRoomFacts;
  readonly onClose: () => void;
}

/** A room, or one of its threads, as a list of items that follows the SDK. */
export class RoomTimeline implements Timeline {
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly snapshot = new MutableValue<TimelineSnapshot>(EMPTY);
  readonly related: RelatedEvents;
  readonly cache: ItemCache;
  readonly #options: TimelineOptions;
  readonly #window: EventWindow;
  readonly #reader: Pick<Room, "getReceiptsForEvent">;
  readonly #decorations = { folds: new Map(), separators: new Map() };
  #newAfter: string | null;
  #readUpTo = "";
  #isScheduled = false;
  #isClosed = false;

  constructor(options: TimelineOptions) {
    const { sdk, room, threadRoot, facts, context } = options;
    this.#options = options;
    this.roomId = room.roomId;
    this.threadRoot = threadRoot;
    const thread =
      threadRoot === null ? null : (room.getThread(threadRoot) ?? this.#beginThread(room, threadRoot));
    const set: EventTimelineSet = thread?.timelineSet ?? room.getUnfilteredTimelineSet();
    this.#reader = thread ?? room;
    this.#window = new EventWindow(sdk, set);
    this.#newAfter = this.#readMarker();
    this.related = new RelatedEvents(sdk, room, (id) => this.touched(id));
    const shields = new Shields(sdk, (event) => this.touched(event.getId() ?? ""));
    this.cache = new ItemCache({
      sdk,
      room,
      facts,
      related: this.related,
      shields,
      inThread: threadRoot !== null,
      sendStatus: (event): SendStatus | null => sendStatusOf(event),
      localUrl: (txnId) => context.parts().outbox.localUrl(txnId),
    });
    this.#rebuild();
    void this.#fill();
    void room.decryptAllEvents();
    // Names of all are wanted for lists and mentions; of very large rooms only those who speak are known.
    if (room.getJoinedMemberCount() <= MOST_MEMBERS) void room.loadMembersIfNeeded().catch(() => undefined);
  }

  async loadOlder(): Promise<void> {
    await this.#load("older");
  }

  async loadNewer(): Promise<void> {
    await this.#load("newer");
  }

  async jumpTo(eventId: string): Promise<void> {
    await this.#window.jumpTo(eventId);
    this.#rebuild();
  }

  async jumpToDate(atMs: number): Promise<string> {
    const found = await this.#options.sdk.timestampToEvent(this.roomId, atMs, Direction.Forward);
    const eventId = asText(found.event_id, 255);
    await this.jumpTo(eventId);
    return eventId;
  }

  jumpToPresent(): void {
    this.#window.jumpToPresent();
    this.#rebuild();
  }

  markRead(): void {
    const newest = this.#window.isLive
      ? this.#window.events().findLast((event) => event.status === null)
      : undefined;
    const eventId = newest?.getId();
    if (!newest || !eventId || eventId === this.#readUpTo) return;
    this.#readUpTo = eventId;
    // The line stays while somebody reads what is below it; where nothing was, what comes next begins here.
    if (this.snapshot.get().unreadBelow === 0) this.#newAfter = eventId;
    this.#forgetUnread();
    this.#options.context.parts().outbox.sendReceipt(newest, this.threadRoot !== null);
  }

  close(): void {
    this.#options.onClose();
  }

  /** Follow the SDK no longer. */
  end(): void {
    this.#isClosed = true;
  }

  /** An event came, went, was decrypted, changed or removed. */
  changed(event: MatrixEvent): void {
    this.cache.changed(event);
    if (event.getSender() === this.#options.facts.me && event.status !== null) this.#newAfter = null;
    this.schedule();
  }

  touched(eventId: string): void {
    this.cache.touched(eventId);
    this.schedule();
  }

  /** Make the list anew before anything else happens. */
  schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (!this.#isClosed) this.#rebuild();
    });
  }

  #beginThread(room: Room, threadRoot: string) {
    const root = room.findEventById(threadRoot);
    return room.createThread(threadRoot, root, [], false);
  }

  /** Load until the first screen is full: rooms may begin with much that is no row. */
  async #fill(): Promise<void> {
    for (let page = 0; page < MAX_FIRST_PAGES; page += 1) {
      const { items, hasOlder, errorWord: problem } = this.snapshot.get();
      if (items.length >= FIRST_ROWS || !hasOlder || problem || this.#isClosed) break;
      await this.#load("older");
    }
    this.snapshot.update((now) => ({ ...now, isLoaded: true }));
  }

  async #load(which: "older" | "newer"): Promise<void> {
    const { loading } = this.snapshot.get();
    const more = which === "older" ? this.#window.hasOlder : this.#window.hasNewer;
    if (loading !== null || !more) return;
    this.snapshot.update((now) => ({ ...now, loading: which, errorWord: "" }));
    let problem = "";
    try {
      await (which === "older" ? this.#window.loadOlder() : this.#window.loadNewer());
    } catch (error) {
      problem = errorWord(error);
    }
    if (this.#isClosed) return;
    this.snapshot.update((now) => ({ ...now, loading: null, errorWord: problem }));
    this.#rebuild();
  }

  #rebuild(): void {
    const { facts, room } = this.#options;
    const isLive = this.#window.isLive;
    const events = isLive ? [...this.#window.events(), ...this.#pending(room)] : this.#window.events();
    const receipts = receiptsByRow(this.#reader, events, (event) => this.cache.isShown(event), facts);
    const shown: EventItem[] = [];
    for (const event of events) {
      const item = this.cache.item(event, receipts.get(event));
      if (item !== null) shown.push(item);
    }
    if (isLive) shown.push(...this.#uploads(new Set(shown.map((item) => item.key))));
    const hasOlder = this.#window.hasOlder;
    const decoration = { newAfter: this.#newAfter, hasOlder, inThread: this.threadRoot !== null };
    this.snapshot.update((now) => ({
      ...now,
      items: decorate(shown, decoration, this.#decorations),
      isLoaded: now.isLoaded || shown.length >= FIRST_ROWS || !hasOlder,
      hasOlder,
      hasNewer: !isLive,
      unreadBelow: this.#countUnread(shown),
    }));
  }

  #countUnread(items: readonly EventItem[]): number {
    const read = this.#newAfter;
    if (read === null) return 0;
    const place = items.findLastIndex((item) => item.eventId === read);
    if (place < 0) return 0;
    return items.slice(place + 1).filter((item) => !item.isOwn && isMessage(item)).length;
  }

  /** What is on its way out, in this timeline. */
  #pending(room: Room): readonly MatrixEvent[] {
    return room.getPendingEvents().filter((event) => {
      const plain = plainEvent(event);
      const root = relationType(plain) === "m.thread" ? asText(plain.relatesTo.event_id, 255) : null;
      return root === this.threadRoot;
    });
  }

  #uploads(known: ReadonlySet<string>): readonly EventItem[] {
    const uploads = this.#options.context.parts().outbox.uploads.get();
    return uploads
      .filter(
        (each) =>
          each.roomId === this.roomId && each.threadRoot === this.threadRoot && !known.has(each.txnId),
      )
      .map((each) => this.#uploadItem(each))
      .filter((item) => item !== null);
  }

  readonly #uploadItems = new WeakMap<Upload, EventItem | null>();

  #uploadItem(upload: Upload): EventItem | null {
    const known = this.#uploadItems.get(upload);
    if (known !== undefined) return known;
    const { facts } = this.#options;
    const send = sendStatusOfUpload(upload);
    const item = buildItem(uploadEvent(upload, facts.me), {
      ...alone(facts),
      send,
      localUrl: upload.localUrl,
    });
    this.#uploadItems.set(upload, item);
    return item;
  }

  /** Not to wait for the server, which counts it until it hears: the room would go up in lists, and down again. */
  #forgetUnread(): void {
    const { room, threadRoot } = this.#options;
    for (const type of [NotificationCountType.Total, NotificationCountType.Highlight]) {
      if (threadRoot === null) room.setUnreadNotificationCount(type, 0);
      else room.setThreadUnreadNotificationCount(threadRoot, type, 0);
    }
  }

  #readMarker(): string | null {
    const { room, facts, threadRoot } = this.#options;
    if (threadRoot !== null) return room.getThread(threadRoot)?.getEventReadUpTo(facts.me) ?? null;
    const marker = asText(room.getAccountData("m.fully_read")?.getContent().event_id, 255);
    return marker || room.getEventReadUpTo(facts.me);
  }
}

function uploadEvent(upload: Upload, me: string): TimelineEvent {
  return {
    id: upload.txnId,
    roomId: upload.roomId,
    type: "m.room.message",
    sender: me,
    atMs: upload.atMs,
    content: upload.content,
    stateKey: null,
    previous: {},
    relatesTo: {},
    txnId: upload.txnId,
    isEncrypted: false,
    failure: "",
    isRedacted: false,
    redactedBecause: {},
    isLocal: true,
  };
}
