import type { MatrixClient } from "matrix-js-sdk";
import { type AccountSettings, createAccount } from "./account";
import type { ClientContext } from "./context";
import { type Crypto, createCrypto } from "./crypto";
import { createMedia, type MediaFiles } from "./media";
import { createOutbox, type Outbox } from "./outbox";
import { createPeople, type People } from "./people";
import { createPush, type Push } from "./push";
import { createRooms, createSpaces, type Rooms, type Spaces } from "./rooms";
import { createSearch, type Search } from "./search";
import { createSettings, type Settings } from "./settings";
import { createTimelines, type Timelines } from "./timeline";
import type { Session, SyncState } from "./types";
import type { Value } from "./value";
import { createWebPush, type WebPush } from "./webpush";

/** Everything that a signed-in account can do, by its parts. */
export interface ChatClient {
  readonly userId: string;
  readonly deviceId: string;
  readonly homeserverUrl: string;
  readonly session: Value<Session>;
  readonly sync: Value<SyncState>;
  /** False where the page was not loaded safely (plain http): there is no encryption then. */
  readonly canEncrypt: boolean;
  /** Encrypted messages can be read and written; rooms are there before. Raises where that cannot be. */
  readonly encryption: Promise<void>;
  /** What is stored is here in memory alone, since the browser would not keep it: `full` or `refused`. */
  readonly storage: Value<StorageState>;
  readonly fetch: typeof fetch;
  readonly rooms: Rooms;
  readonly spaces: Spaces;
  readonly timelines: Timelines;
  readonly outbox: Outbox;
  readonly media: MediaFiles;
  readonly crypto: Crypto;
  readonly people: People;
  readonly account: AccountSettings;
  readonly settings: Settings;
  readonly search: Search;
  readonly push: Push;
  readonly webPush: WebPush;
  /** Try now what waits for the network. */
  retry(): void;
  /** End everything, and write down what is not stored yet. */
  stop(): Promise<void>;
}

export type StorageState = "kept" | "full" | "refused";

/** The parts alone, as they are made. */
export type ClientParts = Pick<
  ChatClient,
  | "rooms"
  | "spaces"
  | "timelines"
  | "outbox"
  | "media"
  | "crypto"
  | "people"
  | "account"
  | "settings"
  | "search"
  | "push"
  | "webPush"
>;

/** Make the parts of a client. */
export function createParts(sdk: MatrixClient, context: ClientContext): ClientParts {
  return {
    settings: createSettings(sdk, context),
    crypto: createCrypto(sdk, context),
    people: createPeople(sdk, context),
    media: createMedia(sdk, context),
    rooms: createRooms(sdk, context),
    spaces: createSpaces(sdk, context),
    timelines: createTimelines(sdk, context),
    outbox: createOutbox(sdk, context),
    account: createAccount(sdk, context),
    push: createPush(sdk, context),
    webPush: createWebPush(sdk, context),
    search: createSearch(sdk, context),
  };
}
