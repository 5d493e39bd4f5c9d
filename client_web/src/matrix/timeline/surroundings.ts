import type { Rights } from "../rooms/permissions";
import type { SendStatus, Shield } from "../types";
import type { TimelineEvent } from "./event";
import type { Person, ReadReceipt, ThreadSummary } from "./values";

/** What is true of a room while its items are made. */
export interface RoomFacts {
  readonly me: string;
  readonly rights: Rights;
  readonly pinned: ReadonlySet<string>;
  /** Since when messages here are encrypted, by the server's clock; null where they are not. */
  readonly encryptedSinceMs: number | null;
  person(userId: string): Person;
  /** Tell whether we know a membership of this person. */
  isKnown(userId: string): boolean;
  isIgnored(userId: string): boolean;
  /** The name of another room, or its id. */
  roomName(roomId: string): string;
}

/** What is around one event. */
export interface Surroundings {
  readonly room: RoomFacts;
  readonly edits: readonly TimelineEvent[];
  readonly reactions: readonly TimelineEvent[];
  readonly references: readonly TimelineEvent[];
  readonly reply: TimelineEvent | null;
  readonly replyEdits: readonly TimelineEvent[];
  readonly thread: ThreadSummary | null;
  readonly inThread: boolean;
  readonly receipts: readonly ReadReceipt[];
  readonly shield: Shield | null;
  readonly send: SendStatus | null;
  readonly isHighlight: boolean;
  /** It is being removed. */
  readonly isGoing: boolean;
  /** A blob: URL of its file, while it is on its way out. */
  readonly localUrl: string | null;
}

/** Surroundings with nothing in them. */
export function alone(room: RoomFacts): Surroundings {
  return {
    room,
    edits: [],
    reactions: [],
    references: [],
    reply: null,
    replyEdits: [],
    thread: null,
    inThread: false,
    receipts: [],
    shield: null,
    send: null,
    isHighlight: false,
    isGoing: false,
    localUrl: null,
  };
}
