import type { MatrixClient, MatrixEvent, Room } from "matrix-js-sdk";
import { ClientEvent, MatrixEventEvent, RoomEvent, RoomMemberEvent, RoomStateEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { preferences } from "../settings/preferences";
import { asObject, asTexts } from "../shapes";
import type { RoomSummary } from "../types";
import { batch, MutableValue, type Value } from "../value";
import { readAccountIndex } from "./account_index";
import { hearMembers } from "./hearMembers";
import { isSameSummary, type RoomFacts, summarize } from "./summarize";

/** So long a frame may be kept busy; the rest is done in the next one. */
const BUDGET_MS = 6;
const INDEXED = new Set(["m.direct", "m.push_rules", "m.ignored_user_list"]);

/** Summaries of all rooms, kept up to date: a room that looks as before keeps its object. */
export interface RoomList {
  /** Every room the account has to do with, left and hidden ones too, in no order. */
  readonly list: Value<readonly RoomSummary[]>;
  /** Rooms whose state changed, each told at most once a frame; for what is not in a summary. */
  onRoomChange(listener: (roomIds: ReadonlySet<string>) => void): () => void;
  /** One room; null while nothing is known of it. */
  room(roomId: string): Value<RoomSummary | null>;
  /** What is known of a room now. */
  get(roomId: string): RoomSummary | null;
  /** Say that there is something in the composer of a room, or not any more. */
  noteDraft(roomId: string, hasDraft: boolean): void;
  /** Make summaries anew, such as in another language. */
  refreshAll(): void;
}

/** Follow the SDK's rooms until the client stops. */
export function createRoomList(sdk: MatrixClient, context: ClientContext): RoomList {
  const keeper = new Keeper(sdk);
  const ends = [...listen(sdk, keeper)];
  keeper.touchAll();
  ends.push(followLanguage(() => keeper.touchAll()));
  context.onStop(() => {
    for (const end of ends) end();
    keeper.stop();
  });
  return {
    list: keeper.list,
    onRoomChange: (listener) => {
      keeper.listeners.add(listener);
      return () => keeper.listeners.delete(listener);
    },
    room: (roomId) => keeper.room(roomId),
    get: (roomId) => keeper.summaries.get(roomId) ?? null,
    noteDraft: (roomId, hasDraft) => keeper.noteDraft(roomId, hasDraft),
    refreshAll: () => keeper.touchAll(),
  };
}

class Keeper {
  readonly list = new MutableValue<readonly RoomSummary[]>([]);
  readonly summaries = new Map<string, RoomSummary>();
  readonly listeners = new Set<(roomIds: ReadonlySet<string>) => void>();
  readonly #values = new Map<string, MutableValue<RoomSummary | null>>();
  readonly #touched = new Set<string>();
  readonly #typing = new Map<string, readonly string[]>();
  readonly #drafts = new Set<string>();
  #index: ReturnType<typeof readAccountIndex>;
  #parents: ReadonlyMap<string, readonly string[]> = new Map();
  #areParentsStale = true;
  #isStopped = false;

  constructor(readonly sdk: MatrixClient) {
    this.#index = readAccountIndex(sdk);
  }

  room(roomId: string): Value<RoomSummary | null> {
    let value = this.#values.get(roomId);
    if (value === undefined) {
      value = new MutableValue<RoomSummary | null>(this.summaries.get(roomId) ?? null);
      this.#values.set(roomId, value);
    }
    return value;
  }

  touch(roomId: string | null | undefined): void {
    if (!roomId || this.#isStopped) return;
    this.#touched.add(roomId);
    batch(this.summaries.size === 0 ? this.#refresh : this.#soon);
  }

  touchAll(): void {
    this.#areParentsStale = true;
    for (const room of this.sdk.getRooms()) this.touch(room.roomId);
  }

  /** A room that is replaced by one that was just joined, or left, is shown otherwise. */
  touchReplacedBy(roomId: string): void {
    for (const summary of this.summaries.values()) if (summary.successor === roomId) this.touch(summary.id);
  }

  /** A space holds another room now, or one less. */
  staleParents(): void {
    this.#areParentsStale = true;
    batch(this.#refresh);
  }

  staleIndex(): void {
    this.#index = readAccountIndex(this.sdk);
    this.touchAll();
  }

  setTyping(roomId: string, userIds: readonly string[]): void {
    if (userIds.length === 0) this.#typing.delete(roomId);
    else this.#typing.set(roomId, userIds);
    this.touch(roomId);
  }

  noteDraft(roomId: string, hasDraft: boolean): void {
    if (this.#drafts.has(roomId) === hasDraft) return;
    if (hasDraft) this.#drafts.add(roomId);
    else this.#drafts.delete(roomId);
    this.touch(roomId);
  }

  forget(roomId: string): void {
    this.#touched.delete(roomId);
    if (!this.summaries.delete(roomId)) return;
    this.#values.get(roomId)?.set(null);
    this.list.set([...this.summaries.values()]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#touched.clear();
    this.listeners.clear();
  }

  /** What was said is shown where it was said before lists tell of it; at first there is nothing but the list. */
  readonly #soon = (): void => batch(this.#refresh);

  readonly #refresh = (): void => {
    if (this.#isStopped) return;
    if (this.#areParentsStale) this.#readParents();
    const facts = this.#facts();
    const done = new Set<string>();
    const until = performance.now() + BUDGET_MS;
    let hasChanged = false;
    for (const roomId of this.#touched) {
      this.#touched.delete(roomId);
      done.add(roomId);
      hasChanged = this.#refreshRoom(roomId, facts) || hasChanged;
      if (performance.now() > until) break;
    }
    if (hasChanged) this.list.set([...this.summaries.values()]);
    for (const listener of this.listeners) listener(done);
    if (this.#touched.size > 0) batch(this.#refresh);
  };

  #refreshRoom(roomId: string, facts: RoomFacts): boolean {
    const room = this.sdk.getRoom(roomId);
    if (room === null) return false;
    const before = this.summaries.get(roomId);
    const now = summarize(this.sdk, room, facts);
    if (before !== undefined && isSameSummary(before, now)) return false;
    this.summaries.set(roomId, now);
    this.#values.get(roomId)?.set(now);
    return true;
  }

  #facts(): RoomFacts {
    return {
      ...this.#index,
      typing: this.#typing,
      drafts: this.#drafts,
      parents: this.#parents,
      nowMs: Date.now(),
    };
  }

  #readParents(): void {
    this.#areParentsStale = false;
    const before = this.#parents;
    this.#parents = readParents(this.sdk);
    for (const roomId of new Set([...before.keys(), ...this.#parents.keys()])) {
      if (String(before.get(roomId)) !== String(this.#parents.get(roomId))) this.#touched.add(roomId);
    }
  }
}

function readParents(sdk: MatrixClient): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, string[]>();
  for (const space of sdk.getRooms()) {
    if (!space.isSpaceRoom() || space.getMyMembership() !== "join") continue;
    for (const event of space.currentState.getStateEvents("m.space.child")) {
      const child = event.getStateKey();
      if (!child || !Array.isArray(event.getContent().via)) continue;
      parents.set(child, [...(parents.get(child) ?? []), space.roomId]);
    }
  }
  return parents;
}

/** Summaries hold words. */
function followLanguage(changed: () => void): () => void {
  let { language } = preferences.get();
  return preferences.subscribe(() => {
    if (preferences.get().language === language) return;
    language = preferences.get().language;
    changed();
  });
}

/** Say what touches which room. */
function listen(sdk: MatrixClient, keeper: Keeper): readonly (() => void)[] {
  const touchRoom = (room: Room | undefined) => keeper.touch(room?.roomId);
  const stateChanged = (event: MatrixEvent) => {
    if (event.getType() === "m.space.child") keeper.staleParents();
    keeper.touch(event.getRoomId());
  };
  // The event itself does not say where: sync leaves it out of what passes.
  const typing = (event: MatrixEvent, member: { readonly roomId: string }) => {
    keeper.setTyping(member.roomId, asTexts(asObject(event.getContent()).user_ids).slice(0, 50));
  };
  const membership = (room: Room) => {
    if (room.isSpaceRoom()) keeper.staleParents();
    keeper.touch(room.roomId);
    keeper.touchReplacedBy(room.roomId);
  };
  return [
    on(sdk, ClientEvent.Room, membership),
    on(sdk, ClientEvent.DeleteRoom, (roomId: string) => keeper.forget(roomId)),
    on(sdk, ClientEvent.AccountData, (event: MatrixEvent) => {
      if (INDEXED.has(event.getType())) keeper.staleIndex();
    }),
    on(sdk, RoomEvent.Name, touchRoom),
    on(sdk, RoomEvent.Timeline, (event: MatrixEvent, room: Room | undefined) =>
      keeper.touch(room?.roomId ?? event.getRoomId()),
    ),
    on(sdk, RoomEvent.TimelineReset, touchRoom),
    on(sdk, RoomEvent.LocalEchoUpdated, (_: MatrixEvent, room: Room) => touchRoom(room)),
    on(sdk, RoomEvent.MyMembership, membership),
    on(sdk, RoomEvent.Tags, (_: MatrixEvent, room: Room) => touchRoom(room)),
    on(sdk, RoomEvent.AccountData, (_: MatrixEvent, room: Room) => touchRoom(room)),
    on(sdk, RoomEvent.Receipt, (_: MatrixEvent, room: Room) => touchRoom(room)),
    on(sdk, RoomEvent.Redaction, (_: MatrixEvent, room: Room) => touchRoom(room)),
    on(sdk, RoomStateEvent.Events, stateChanged),
    on(sdk, RoomMemberEvent.Typing, typing),
    on(sdk, MatrixEventEvent.Decrypted, (event: MatrixEvent) => keeper.touch(event.getRoomId())),
    ...roomEvents(sdk, keeper),
  ];
}

/** What the SDK tells only of a room itself. */
function roomEvents(sdk: MatrixClient, keeper: Keeper): readonly (() => void)[] {
  const followed = new Map<Room, () => void>();
  const follow = (room: Room) => {
    if (followed.has(room)) return;
    const touch = () => keeper.touch(room.roomId);
    room.on(RoomEvent.UnreadNotifications, touch);
    room.on(RoomEvent.Summary, touch);
    const endHearing = hearMembers(sdk, room);
    followed.set(room, () => {
      endHearing();
      room.off(RoomEvent.UnreadNotifications, touch);
      room.off(RoomEvent.Summary, touch);
    });
  };
  for (const room of sdk.getRooms()) follow(room);
  const endFollowing = on(sdk, ClientEvent.Room, follow);
  return [
    () => {
      endFollowing();
      for (const end of followed.values()) end();
    },
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: the SDK's events have as many shapes as names.
function on(sdk: MatrixClient, name: any, handler: (...details: any[]) => void): () => void {
  sdk.on(name, handler);
  return () => sdk.off(name, handler);
}
