import { createClient, type MatrixClient, PendingEventOrdering } from "matrix-js-sdk";
import { type ChatClient, createParts } from "./client";
import type { ClientContext } from "./context";
import { adoptHandedOver } from "./crypto/adopt";
import { cryptoOptions } from "./crypto/options";
import { ClientError } from "./errors";
import { loadHomoglyphs } from "./homoglyphs";
import type { Connection } from "./open";
import { sdkLogger } from "./sdkLogger";
import { noteEnded } from "./session";
import { hasRoom } from "./storageProbe";
import { databaseName, keepStored } from "./store";
import { watchSync } from "./syncState";
import { openSyncStore, type SyncStore } from "./syncStore";
import { FIRST_EVENTS } from "./syncTransport";
import type { Session } from "./types";
import { watchWaking } from "./waking";

const POLL_MS = 30_000;
/** A server that has not answered by then is gone; a sync has its own time. */
const ANSWER_MS = 60_000;

/**
 * Open an account's client. It returns when what is stored is there, or, where nothing is stored, when the
 * server has sent the rooms or cannot be reached.
 */
export async function startClient({ session: now, tokens, transport }: Connection): Promise<ChatClient> {
  const session = now.get();
  const { storageKey, options } = cryptoOptions();
  const stored = openSyncStore(session);
  const sdk = createClient({
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
  });
  await openStores(sdk, stored, session);

  const sync = watchSync(sdk, (isSoft) => noteEnded(now.get(), isSoft ? "soft" : "hard"));
  const ends: (() => void | Promise<void>)[] = [];
  const context: ClientContext = {
    userId: session.userId,
    deviceId: session.deviceId,
    homeserverUrl: session.homeserverUrl,
    session: now,
    sync: sync.state,
    canEncrypt: isSecureContext,
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
      sdk.stopClient();
      transport.close();
      await stored.close();
    },
  };
  const readBackup = await adoptHandedOver(sdk, session);
  await beginSync(sdk);
  await sync.prepared;
  void readBackup?.();
  return client;
}

/** Open what is stored of rooms and of encryption; what cannot be opened leaves nothing behind. */
async function openStores(sdk: MatrixClient, stored: SyncStore, session: Session): Promise<void> {
  try {
    await Promise.all([stored.connect(), startCrypto(sdk, session), loadHomoglyphs()]);
    void keepStored();
  } catch (error) {
    sdk.stopClient();
    await stored.close();
    // A database that cannot be written says only that it cannot.
    throw (await hasRoom(session)) ? error : new ClientError("storage_full", String(error));
  }
}

/** Encryption needs what browsers give only to pages that were loaded safely. */
async function startCrypto(sdk: MatrixClient, session: Session): Promise<void> {
  if (!isSecureContext) return;
  await sdk.initRustCrypto({ cryptoDatabasePrefix: databaseName(session, "crypto") });
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
