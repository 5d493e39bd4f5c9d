import type { MatrixEvent } from "matrix-js-sdk";
import type { Written } from "../markdown";
import type { Value } from "../value";
import type { ImagePack, PackImage } from "./imagePacks";

/** Where a message goes: into a room or a thread, and what it answers. */
export interface Target {
  readonly roomId: string;
  readonly threadRoot?: string | null;
  readonly replyTo?: string | null;
}

export interface OutgoingFile {
  readonly file: File;
  readonly caption?: Written | null;
  readonly isSpoiler?: boolean;
  /** Of a voice message: its length and its loudness, 0 to 1024 each. */
  readonly voice?: { readonly durationMs: number; readonly waveform: readonly number[] };
}

export interface NewPoll {
  readonly question: string;
  readonly answers: readonly string[];
  readonly maxSelections: number;
  readonly isDisclosed: boolean;
}

/** A file that is not on the server yet. */
export interface Upload {
  readonly txnId: string;
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly atMs: number;
  /** The message as it will be, without an address. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly localUrl: string;
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Which text says why it failed: `error.<word>`; empty while it has not. */
  readonly errorWord: string;
}

/** Why what waits does not outlive the page: no room is left, or the browser stores nothing. */
export type Keeping = "kept" | "full" | "refused";

/** What is on its way out, and drafts. Everything is shown at once and sent in order. */
export interface Outbox {
  readonly uploads: Value<readonly Upload[]>;
  /** Whether what waits outlives this page. */
  readonly keeping: Value<Keeping>;
  sendText(target: Target, written: Written, msgtype?: "m.text" | "m.emote" | "m.notice"): void;
  /** Change an own message; the words below a file are its caption. Raises: ClientError. */
  edit(roomId: string, eventId: string, written: Written): Promise<void>;
  sendFile(target: Target, file: OutgoingFile): void;
  sendSticker(target: Target, image: PackImage): void;
  startPoll(target: Target, poll: NewPoll): void;
  vote(roomId: string, pollId: string, answerIds: readonly string[]): void;
  endPoll(roomId: string, pollId: string): void;
  /** React, or take the reaction back. Raises: ClientError. */
  react(roomId: string, eventId: string, key: string): Promise<void>;
  /** Remove a message. Raises: ClientError. */
  remove(roomId: string, eventId: string, reason: string): Promise<void>;
  /** Pin a message for everybody, or unpin it. Raises: ClientError. */
  pin(roomId: string, eventId: string, pinned: boolean): Promise<void>;
  report(roomId: string, eventId: string, reason: string): Promise<void>;
  /** Send a message on, as it is, without what it answered. Raises: ClientError. */
  forward(roomId: string, eventId: string, toRoomId: string): Promise<void>;
  /** Try again what failed; `key` is the item's. */
  retry(roomId: string, key: string): void;
  /** Give up what is not sent yet. */
  cancel(roomId: string, key: string): void;
  setTyping(roomId: string, isTyping: boolean): void;
  draft(roomId: string, threadRoot: string | null): string;
  setDraft(roomId: string, threadRoot: string | null, text: string): void;
  /** Packs to offer in a room: the account's own, those enabled everywhere, the room's. */
  imagePacks(roomId: string): readonly ImagePack[];
  /** Ask the server what a web page is about; nothing where there is nothing to show. */
  previewUrl(url: string, atMs: number): Promise<UrlPreview | null>;
  /** Use a new key for what is said next in a room. */
  discardSession(roomId: string): Promise<void>;
  /** A blob: URL of the file of an own message, as long as it is still here. For timelines alone. */
  localUrl(txnId: string): string | null;
  /** Tell the server that everything up to an event was read. For timelines alone. */
  sendReceipt(event: MatrixEvent, isInThread: boolean): void;
}

export interface UrlPreview {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  readonly site: string;
  readonly picture: string | null;
}
