import type { JsonObject } from "../shapes";
import type { MessageItem, Timeline } from "./values";

/** An event as the server sent it, and decrypted, for developers. */
export interface EventSource {
  readonly wire: JsonObject;
  readonly clear: JsonObject | null;
  /** Contents from the first version to the newest, with their times. */
  readonly versions: readonly { readonly atMs: number; readonly body: string; readonly html: string }[];
}

/** A thread in a list of threads. */
export interface ThreadRow {
  readonly rootId: string;
  readonly root: MessageItem;
}

/** Messages that share something, the newest first, and where those before them begin; null: there are no more. */
export interface SharedPage {
  readonly items: readonly MessageItem[];
  readonly next: string | null;
}

/** Messages of rooms and threads. */
export interface Timelines {
  /** Look at a room, or at one of its threads; the same one while somebody looks. Close it once for each opening. */
  open(roomId: string, threadRoot?: string | null): Timeline;
  /** The threads of a room, the one with the newest reply first. Raises: ClientError. */
  threads(roomId: string): Promise<readonly ThreadRow[]>;
  /** The pinned messages of a room, in the order of pinning; what cannot be had is left out. */
  pinned(roomId: string): Promise<readonly MessageItem[]>;
  /** Files and links of a room, from its end or `from` on backwards; a page may be empty. Raises: ClientError. */
  shared(roomId: string, from?: string): Promise<SharedPage>;
  /** What developers want to know. Raises: ClientError where it cannot be had. */
  source(roomId: string, eventId: string): Promise<EventSource>;
  /** One message, by itself. Raises: ClientError. */
  item(roomId: string, eventId: string): Promise<MessageItem | null>;
}
