import { type MatrixClient, PendingEventOrdering } from "matrix-js-sdk";
import { type ChatClient, createParts } from "./client";
import type { ClientContext } from "./context";
import { adoptHandedOver } from "./crypto/adopt";
import { cryptoOptions } from "./crypto/options";
import { ClientError } from "./errors";
import { loadHomoglyphs } from "./homoglyphs";
import { shownAndQuiet } from "./quiet";
import { SdkClient } from "./sdkClient";
import { sdkLogger } from "./sdkLogger";
import { noteEnded } from "./session";
import { hasRoom } from "./storageProbe";
import { databaseName, keepStored } from "./store";
import { watchSync } from "./syncState";
import { openSyncStore, type SyncStore } from "./syncStore";
import { FIRST_EVENTS, type SyncTransport } from "./syncTransport";
import type { SessionTokens } from "./tokens";
import type { Session } from "./types";
import type { MutableValue } from "./value";
import { watchWaking } from "./waking";

const POLL_MS = 30_000;
/** A server that has not answered by then is gone; a sync has its own time. */
const ANSWER_MS = 60_000;
/** After this time it is looked why an account is not open. */
const LATE_MS = 4_000;

/** How an account's client reaches its server, from the first moment on. */
export interface Connection {
  readonly session: MutableValue<Session>;
  readonly tokens: SessionTokens;
  readonly transport: SyncTransport;
}

/**
 * Open an account's client. It returns when what is stored is there, or, where nothing is stored, when the
 * server has sent the rooms or cannot be reached.
 */
export async function startClient({ session: now, tokens, transport }: Connection): Promise<ChatClient> {
  const session = now.get();
  const { storageKey, options } = cryptoOptions();
  const stored = openSyncStore(session);
  const known = {
    baseUrl: session.homeserverUrl,
    userId: session.userId,
    deviceId: session.deviceId,
    accessToken: session.accessToken,
    store: stored.store,
    fetchFn: transport.fetch,
    localTimeoutMs: ANSWER_MS,
    timelineSupport: true,
    logger: sdkLogger,
    disableVoip: true,
    ...options,
  };
  const sdk = new SdkClient(known, isSecureContext);
  await openStores(sdk, stored);

  const sync = watchSync(sdk, (isSoft) => noteEnded(now.get(), isSoft ? "soft" : "hard"));
  // Its megabytes and its keys are prepared when rooms are shown, or when something waits for it.
  const shown = sync.prepared.then(shownAndQuiet);
  const encryption = Promise.race([shown, sdk.cryptoWanted]).then(() =>
    prepareEncryption(sdk, session, sync.prepared),
  );
  encryption.catch(() => undefined); // whoever shows the client hears of it
  const ends: (() => void | Promise<void>)[] = [];
  const context: ClientContext = {
    userId: session.userId,
    deviceId: session.deviceId,
    homeserverUrl: session.homeserverUrl,
    session: now,
    sync: sync.state,
    canEncrypt: isSecureContext,
    encryption,
    storageKey,
    fetch: tokens.fetch,
    databaseName: (part) => databaseName(session, part),
    parts: () => client,
    onStop: (end) => void ends.push(end),
  };
  const retry = (): void => {
    transport.reconnect();
    sdk.retryImmediately();
  };
  context.onStop(watchWaking(retry));
  const client: ChatClient = {
    ...context,
    storage: stored.state,
    ...createParts(sdk, context),
    retry,
    async stop() {
      sync.stop();
      for (const end of ends.reverse()) await end();
      // What is still being opened would stay open, and another tab may open it next.
      await encryption.catch(() => undefined);
      sdk.stopClient();
      transport.close();
      await stored.close();
    },
  };
  try {
    await beginSync(sdk);
    // A sync that brings keys waits for encryption, for ever where that cannot be prepared.
    const opened = Promise.race([sync.prepared, encryption.then(() => sync.prepared)]);
    await Promise.race([opened, withoutRoom(session, opened)]);
  } catch (error) {
    sync.stop();
    sdk.stopClient();
    transport.close();
    await stored.close();
    throw error;
  }
  return client;
}

/** Open what is stored of rooms; what cannot be opened leaves nothing behind. */
async function openStores(sdk: MatrixClient, stored: SyncStore): Promise<void> {
  try {
    await Promise.all([stored.connect(), loadHomoglyphs()]);
    void keepStored();
  } catch (error) {
    sdk.stopClient();
    await stored.close();
    throw error;
  }
}

/** Fail where opening takes long since there is no room: a database may never say that it could not write. */
async function withoutRoom(session: Session, opened: Promise<void>): Promise<void> {
  const isLate = new Promise<boolean>((resolve) => setTimeout(resolve, LATE_MS, true));
  const waits = await Promise.race([isLate, opened.then(() => false)]);
  if (waits && !(await hasRoom(session))) throw new ClientError("storage_full", "nothing can be stored");
  await opened;
}

/** Encryption needs what browsers give only to pages that were loaded safely. */
async function prepareEncryption(sdk: SdkClient, session: Session, synced: Promise<void>): Promise<void> {
  if (!isSecureContext) return;
  let readBackup: (() => Promise<void>) | null = null;
  try {
    await sdk.prepareCrypto(databaseName(session, "crypto"), async () => {
      readBackup = await adoptHandedOver(sdk, session);
    });
  } catch (error) {
    // A database that cannot be written says only that it cannot.
    throw (await hasRoom(session)) ? error : new ClientError("storage_full", String(error));
  }
  void synced.then(() => (readBackup as (() => Promise<void>) | null)?.());
}

function beginSync(sdk: MatrixClient): Promise<void> {
  return sdk.startClient({
    initialSyncLimit: FIRST_EVENTS,
    pollTimeout: POLL_MS,
    lazyLoadMembers: true,
    threadSupport: true,
    pendingEventOrdering: PendingEventOrdering.Detached,
  });
}
