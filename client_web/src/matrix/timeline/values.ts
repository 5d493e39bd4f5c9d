import type { Media, SendStatus, Shield } from "../types";
import type { Value } from "../value";

/** Somebody as a message names them. */
export interface Person {
  readonly id: string;
  /** Never empty: the user id where there is no name. */
  readonly name: string;
  readonly avatar: Media | null;
}

/** What an answer answers; `kind` null: not known yet, or not to be had. */
export interface ReplyPreview {
  readonly eventId: string;
  readonly sender: Person;
  /** One line, plain. */
  readonly text: string;
  readonly kind: TimelineItem["kind"] | null;
}

export interface Reaction {
  readonly key: string;
  /** mxc of the picture that it is, where it is one (MSC4027). */
  readonly picture: string | null;
  readonly count: number;
  /** Who, at most 20. */
  readonly names: readonly string[];
  readonly isMine: boolean;
  readonly myEventId: string | null;
}

export interface ThreadSummary {
  readonly rootId: string;
  readonly count: number;
  readonly last: Person;
  readonly lastText: string;
  readonly lastAtMs: number;
  /** Newest first, at most 5. */
  readonly participants: readonly Person[];
  readonly unread: number;
  readonly mentions: number;
}

export interface PollAnswer {
  readonly id: string;
  readonly text: string;
  /** Null while the result is not to be shown. */
  readonly votes: number | null;
  readonly isMine: boolean;
  readonly isWinner: boolean;
}

export interface Poll {
  readonly question: string;
  readonly answers: readonly PollAnswer[];
  readonly maxSelections: number;
  readonly isDisclosed: boolean;
  readonly isEnded: boolean;
  readonly totalVotes: number;
  readonly canEnd: boolean;
}

export interface ReadReceipt {
  readonly person: Person;
  readonly atMs: number;
}

/** What the account may do with one message. */
export interface Allowed {
  readonly edit: boolean;
  readonly redact: boolean;
  readonly react: boolean;
  readonly reply: boolean;
  readonly pin: boolean;
}

interface Row {
  /** Two items with the same key are the same row before and after; stable through sending. */
  readonly key: string;
  readonly atMs: number;
}

interface EventRow extends Row {
  /** Null while it is on its way out. */
  readonly eventId: string | null;
  readonly sender: Person;
  /** The name is claimed by no membership that we know. */
  readonly isStranger: boolean;
  readonly isOwn: boolean;
  readonly isEncrypted: boolean;
}

/** What all messages have. */
export interface Message extends EventRow {
  /** Plain text: what copying gives, what a screen reader says. */
  readonly body: string;
  /** As its sender wrote it, to be shown through `readHtml` alone; empty where `body` is the message. */
  readonly html: string;
  readonly mentionsMe: boolean;
  readonly isEdited: boolean;
  readonly editedAtMs: number | null;
  readonly reply: ReplyPreview | null;
  readonly reactions: readonly Reaction[];
  /** At the root of a thread. */
  readonly thread: ThreadSummary | null;
  readonly threadRoot: string | null;
  /** Web addresses that may be previewed, at most 3, in order. */
  readonly links: readonly string[];
  readonly receipts: readonly ReadReceipt[];
  readonly isPinned: boolean;
  readonly shield: Shield | null;
  /** Null once the server has it. */
  readonly send: SendStatus | null;
  readonly can: Allowed;
}

export interface TextItem extends Message {
  readonly kind: "text" | "emote" | "notice";
  readonly isOnlyEmoji: boolean;
}

export interface MediaItem extends Message {
  readonly kind: "image" | "video" | "audio" | "voice" | "file" | "sticker";
  readonly media: Media;
  /** Several files of one message; empty where there is one. */
  readonly gallery: readonly Media[];
  readonly isSpoiler: boolean;
  /** What stands below the file is `body` and `html`; without a caption both are empty or its name. */
  readonly hasCaption: boolean;
  /** A blob: URL of a file that is on its way out. */
  readonly localUrl: string | null;
}

export interface LocationItem extends Message {
  readonly kind: "location";
  readonly geoUri: string;
}

export interface PollItem extends Message {
  readonly kind: "poll";
  readonly poll: Poll;
}

export interface RedactedItem extends Message {
  readonly kind: "redacted";
  readonly by: string | null;
  readonly reason: string;
}

export interface UndecryptableItem extends Message {
  readonly kind: "undecryptable";
  /** Which text says why: `undecryptable.<word>`. */
  readonly word: string;
}

/** What happened to the room or its people, in words: the text `event.<word>` with `args`. */
export interface ChangeItem extends EventRow {
  readonly kind: "membership" | "state" | "call" | "verification";
  readonly word: string;
  readonly args: readonly string[];
  /** Of a verification request. */
  readonly verificationId: string | null;
}

/** Hidden unless developer tools show it: `type` is all that is known. */
export interface UnknownItem extends EventRow {
  readonly kind: "unknown";
  readonly type: string;
}

/** What stands between events. `day`: `atMs` is its beginning; `new`: all after it is unread. */
export interface SeparatorItem extends Row {
  readonly kind: "day" | "new" | "beginning";
}

/** Changes that follow each other, shown as one line until somebody wants them all. */
export interface FoldItem extends Row {
  readonly kind: "fold";
  readonly changes: readonly ChangeItem[];
}

export type MessageItem = TextItem | MediaItem | LocationItem | PollItem | RedactedItem | UndecryptableItem;
export type EventItem = MessageItem | ChangeItem | UnknownItem;
export type TimelineItem = EventItem | SeparatorItem | FoldItem;

/** A timeline as it is now, oldest first. */
export interface TimelineSnapshot {
  readonly items: readonly TimelineItem[];
  /** False until the first events are here. */
  readonly isLoaded: boolean;
  readonly hasOlder: boolean;
  /** The newest messages are not here: somebody jumped to the past. */
  readonly hasNewer: boolean;
  readonly loading: "older" | "newer" | null;
  /** Which text says why loading failed; empty where it did not. */
  readonly errorWord: string;
  /** Messages of others after the read marker, as far as they are here. */
  readonly unreadBelow: number;
}

/** The messages of a room or of one thread, while somebody looks at them. */
export interface Timeline {
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly snapshot: Value<TimelineSnapshot>;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Show what is around an event. Raises: ClientError where it cannot be had. */
  jumpTo(eventId: string): Promise<void>;
  /** Show what is around the first event of a moment; tells which one it is. Raises: ClientError. */
  jumpToDate(atMs: number): Promise<string>;
  jumpToPresent(): void;
  /** Tell the server that everything up to the newest message here was read. */
  markRead(): void;
  /** Let it go. */
  close(): void;
}

export const MESSAGE_KINDS: ReadonlySet<TimelineItem["kind"]> = new Set([
  "text",
  "emote",
  "notice",
  "image",
  "video",
  "audio",
  "voice",
  "file",
  "sticker",
  "location",
  "poll",
  "redacted",
  "undecryptable",
]);

/** Tell whether an item is somebody's message. */
export function isMessage(item: TimelineItem): item is MessageItem {
  return MESSAGE_KINDS.has(item.kind);
}

/** Tell whether an item tells of a change of the room or its people. */
export function isChange(item: TimelineItem): item is ChangeItem {
  return (
    item.kind === "membership" ||
    item.kind === "state" ||
    item.kind === "call" ||
    item.kind === "verification"
  );
}
