/** Values that several parts share: plain, readonly, without anything of the SDK. */

import type { JsonObject } from "./shapes";

export type { JsonObject };

/** One signed-in device of one account: what must be remembered to speak for it. */
export interface Session {
  readonly userId: string;
  readonly deviceId: string;
  /** Without a slash at its end. */
  readonly homeserverUrl: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** When the access token stops working, by our clock. */
  readonly expiresAt?: number;
  /** Set where the session began through OAuth 2.0: refreshing and signing out go another way then. */
  readonly oauth?: { readonly clientId: string; readonly issuer: string };
  /**
   * The server has ended the session. `soft`: the device is still there, and signing in again goes on with its
   * keys; `hard`: it is gone.
   */
  readonly ended?: "soft" | "hard";
}

/**
 * How an account stands with its server. `starting`: what is stored is shown, the server has not answered yet.
 * `offline`: trying again by itself. `signed_out`: only signing in again helps.
 */
export type SyncState = "starting" | "live" | "offline" | "signed_out" | "stopped";

/** What is needed to decrypt an attachment, as the event has it. */
export interface EncryptedFile {
  readonly url: string;
  readonly key: JsonObject;
  readonly iv: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly v: string;
}

/** A file as the event describes it; everything here is said by its sender and believed by nobody. */
export interface Media {
  /** `mxc://server/id`. */
  readonly mxc: string;
  readonly file?: EncryptedFile;
  readonly mime?: string;
  readonly size?: number;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly name?: string;
  readonly blurhash?: string;
  readonly thumbnail?: Media;
  /** 0 to 1024 each, for voice messages. */
  readonly waveform?: readonly number[];
}

export type Membership = "join" | "invite" | "knock" | "leave" | "ban";

/** Where a room stands in the list, in this order; `hidden`: spaces, rooms left, rooms replaced. */
export type RoomSection = "invite" | "favourite" | "people" | "room" | "low" | "hidden";

/** Everything that a room list, the quick switcher and a room's header need. */
export interface RoomSummary {
  readonly id: string;
  /** Never empty: computed as the specification says where no name is set. */
  readonly name: string;
  readonly avatar: Media | null;
  readonly topic: string;
  readonly alias: string | null;
  readonly isDirect: boolean;
  readonly directUser: string | null;
  readonly isSpace: boolean;
  readonly isEncrypted: boolean;
  readonly version: string;
  readonly section: RoomSection;
  /** Place within favourites or low priority, from the tag. */
  readonly order: number | null;
  readonly membership: Membership;
  readonly joinedMembers: number;
  readonly invitedMembers: number;
  /** The newest thing worth a line: plain, one line, empty where nothing is known. */
  readonly preview: string;
  readonly previewSender: string;
  /** When something last happened that people would call activity; sorts the list. 0: never. */
  readonly previewTime: number;
  /** Notifications that wait, threads included. */
  readonly unread: number;
  /** Highlights among them. */
  readonly mentions: number;
  readonly isMuted: boolean;
  readonly isMarkedUnread: boolean;
  readonly hasDraft: boolean;
  /** Names of who is typing, without oneself. */
  readonly typing: readonly string[];
  /** Spaces of the user that hold this room. */
  readonly parents: readonly string[];
  /** The room that replaces this one. */
  readonly successor: string | null;
  readonly invite: { readonly userId: string; readonly name: string; readonly reason: string } | null;
}

/** `changed`: was verified or pinned and has other keys now, so the user must look. */
export type Trust = "unknown" | "unverified" | "verified" | "changed";

/** What is to be said about how a message was encrypted; `word` names the text `shield.<word>`. */
export interface Shield {
  readonly level: "grey" | "red";
  readonly word: string;
}

export interface MemberSummary {
  readonly userId: string;
  /** Unambiguous within the room: with the user id where two share a name. */
  readonly name: string;
  readonly avatar: Media | null;
  /** `Infinity` for the creators of a version 12 room. */
  readonly level: number;
  readonly role: "creator" | "admin" | "moderator" | "member" | "restricted";
  readonly membership: Membership;
  readonly trust: Trust;
  readonly isIgnored: boolean;
  readonly reason: string;
}

export interface Profile {
  readonly userId: string;
  /** Never empty: the user id where there is no name. */
  readonly name: string;
  readonly avatar: Media | null;
}

/** `queued`: waits for an earlier one, for keys, or for the network; `failed`: not tried again by itself. */
export type SendState = "sent" | "queued" | "sending" | "failed";

export interface SendStatus {
  readonly state: SendState;
  /** Which text says why it failed: `error.<word>`; empty while it has not. */
  readonly errorWord: string;
  readonly canRetry: boolean;
  readonly upload: UploadProgress | null;
}

export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}
