import type { MatrixClient, MatrixEvent, Room, Thread } from "matrix-js-sdk";
import type { SendStatus } from "../types";
import { isRow, relationTarget, relationType, replyTarget, type TimelineEvent } from "./event";
import { buildItem } from "./items/build";
import { sameReceipts } from "./receipts";
import type { RelatedEvents } from "./related";
import { isUndecided, plainEvent } from "./sdkEvent";
import type { Shields } from "./shields";
import type { RoomFacts } from "./surroundings";
import { summarizeThread } from "./threadSummary";
import { type EventItem, isMessage, type ReadReceipt } from "./values";

interface Cached {
  readonly plain: TimelineEvent;
  item: EventItem | null;
  isStale: boolean;
  receipts: readonly ReadReceipt[];
}

/** What the items of a timeline are made with. */
export interface ItemSources {
  readonly sdk: MatrixClient;
  readonly room: Room;
  readonly facts: RoomFacts;
  readonly related: RelatedEvents;
  readonly shields: Shields;
  readonly inThread: boolean;
  /** How far what is on its way out has come. */
  sendStatus(event: MatrixEvent): SendStatus | null;
  /** The file of an own message, as long as it is still here. */
  localUrl(txnId: string): string | null;
}

const NO_RECEIPTS: readonly ReadReceipt[] = [];

/** Items by event: made when first asked for, and again only after something around them has changed. */
export class ItemCache {
  readonly #sources: ItemSources;
  readonly #cached = new Map<MatrixEvent, Cached>();
  readonly #byId = new Map<string, MatrixEvent>();
  /** Event id to the ids of those that answer it. */
  readonly #answers = new Map<string, Set<string>>();

  constructor(sources: ItemSources) {
    this.#sources = sources;
  }

  /** Tell whether an event is a row. */
  isShown(event: MatrixEvent): boolean {
    return this.#of(event).item !== null;
  }

  item(event: MatrixEvent, receipts: readonly ReadReceipt[] = NO_RECEIPTS): EventItem | null {
    const cached = this.#of(event);
    if (cached.item === null || sameReceipts(cached.receipts, receipts)) return cached.item;
    cached.receipts = receipts;
    if (isMessage(cached.item)) cached.item = { ...cached.item, receipts };
    return cached.item;
  }

  /** An event is another one now: so is its row, the row that it relates to, and the rows that answer it. */
  changed(event: MatrixEvent): void {
    const before = this.#cached.get(event)?.plain;
    this.#cached.delete(event);
    this.#sources.shields.forget(event);
    const plain = plainEvent(event);
    for (const id of [plain.id, event.getId() ?? "", before?.id ?? ""]) this.touched(id);
    this.touched(relationTarget(plain));
    if (before) this.touched(relationTarget(before));
  }

  /** Something around the event with this id has changed. */
  touched(eventId: string): void {
    if (!eventId) return;
    this.#stale(eventId);
    for (const answer of this.#answers.get(eventId) ?? []) this.#stale(answer);
  }

  /** Something that all rows depend on has changed. */
  allTouched(): void {
    for (const cached of this.#cached.values()) cached.isStale = true;
  }

  /** Somebody's name or picture has changed. */
  personTouched(userId: string): void {
    for (const cached of this.#cached.values()) {
      const { item } = cached;
      const message = item !== null && isMessage(item) ? item : null;
      const names = cached.plain.sender === userId || cached.plain.stateKey === userId;
      if (names || message?.reply?.sender.id === userId || message?.thread || message?.reactions.length) {
        cached.isStale = true;
      }
    }
  }

  #stale(eventId: string): void {
    const event = this.#byId.get(eventId);
    const cached = event && this.#cached.get(event);
    if (cached) cached.isStale = true;
  }

  #of(event: MatrixEvent): Cached {
    const cached = this.#cached.get(event);
    if (cached !== undefined && !cached.isStale) return cached;
    const plain = cached?.plain ?? plainEvent(event);
    const made = this.#build(event, plain, cached?.receipts ?? NO_RECEIPTS);
    const fresh: Cached = { plain, item: made, isStale: false, receipts: cached?.receipts ?? NO_RECEIPTS };
    this.#cached.set(event, fresh);
    this.#byId.set(plain.id, event);
    const id = event.getId();
    if (id) this.#byId.set(id, event);
    return fresh;
  }

  #build(event: MatrixEvent, plain: TimelineEvent, receipts: readonly ReadReceipt[]): EventItem | null {
    if (!isRow(plain) || isUndecided(event)) return null;
    const { sdk, room, facts, related, shields, inThread, sendStatus, localUrl } = this.#sources;
    const children = related.children(event).map(plainEvent);
    const of = (type: string): TimelineEvent[] => children.filter((child) => relationType(child) === type);
    const answered = replyTarget(plain);
    const reply = answered ? related.lookUp(answered) : null;
    if (answered) this.#answers.set(answered, (this.#answers.get(answered) ?? new Set()).add(plain.id));
    const thread: Thread | null = inThread ? null : room.getThread(event.getId() ?? "");
    const item = buildItem(plain, {
      room: facts,
      edits: of("m.replace"),
      reactions: of("m.annotation"),
      references: of("m.reference"),
      reply: reply && plainEvent(reply),
      replyEdits: reply ? related.children(reply).map(plainEvent) : [],
      thread: summarizeThread(thread, room, facts),
      inThread,
      receipts,
      shield: shields.of(event),
      send: sendStatus(event),
      isHighlight: sdk.getPushActionsForEvent(event)?.tweaks?.highlight === true,
      isGoing: event.localRedactionEvent() !== null,
      localUrl: plain.sender === facts.me && plain.txnId ? localUrl(plain.txnId) : null,
    });
    if (item?.kind === "poll" && item.eventId) void related.loadVotes(item.eventId).catch(() => undefined);
    return item;
  }
}
