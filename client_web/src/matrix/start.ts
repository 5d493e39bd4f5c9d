import { createClient, type MatrixClient, PendingEventOrdering } from "matrix-js-sdk";
import { type ChatClient, createParts } from "./client";
import type { ClientContext } from "./context";
import { cryptoOptions } from "./crypto/options";
import { ClientError } from "./errors";
import { loadHomoglyphs } from "./homoglyphs";
import { sdkLogger } from "./sdkLogger";
import { keptSession, noteEnded, updateSession } from "./session";
import { hasRoom } from "./storageProbe";
import { databaseName, keepStored } from "./store";
import { watchSync } from "./syncState";
import { openSyncStore } from "./syncStore";
import { SyncTransport } from "./syncTransport";
import { SessionTokens } from "./tokens";
import type { Session } from "./types";
import { MutableValue } from "./value";
import { watchWaking } from "./waking";

/** How much of each room the first sync brings. */
const FIRST_EVENTS = 20;
const POLL_MS = 30_000;

/**
 * Open an account's client. It returns when what is stored is there, or, where nothing is stored, when the
 * server has sent the rooms or cannot be reached.
 */
export async function startClient(session: Session): Promise<ChatClient> {
  const now = new MutableValue(session);
  const tokens = new SessionTokens(now, updateSession, () => keptSession(session.userId));
  const transport = new SyncTransport(session.homeserverUrl, tokens);
  const ends: (() => void | Promise<void>)[] = [];
  const { storageKey, options } = cryptoOptions();
  const stored = openSyncStore(session);
  const sdk = createClient({
    baseUrl: session.homeserverUrl,
    userId: session.userId,
    deviceId: session.deviceId,
    accessToken: session.accessToken,
    store: stored.store,
    fetchFn: transport.fetch,
    timelineSupport: true,
    logger: sdkLogger,
    disableVoip: true,
    ...options,
  });
  const sync = watchSync(sdk, (isSoft) => noteEnded(now.get(), isSoft ? "soft" : "hard"));
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
  await Promise.all([stored.connect(), startCrypto(sdk, session), loadHomoglyphs()]).catch(
    async (error: unknown) => {
      // A database that cannot be written says only that it cannot.
      throw (await hasRoom(session)) ? error : new ClientError("storage_full", String(error));
    },
  );
  const waking = watchWaking(() => {
    transport.reconnect();
    sdk.retryImmediately();
  });
  const client: ChatClient = {
    ...context,
    storage: stored.state,
    ...createParts(sdk, context),
    retry() {
      transport.reconnect();
      sdk.retryImmediately();
    },
    async stop() {
      waking();
      sync.stop();
      for (const end of ends.reverse()) await end();
      sdk.stopClient();
      transport.close();
      await stored.close();
    },
  };
  void keepStored();
  await sdk.startClient({
    initialSyncLimit: FIRST_EVENTS,
    pollTimeout: POLL_MS,
    lazyLoadMembers: true,
    threadSupport: true,
    pendingEventOrdering: PendingEventOrdering.Detached,
  });
  await sync.prepared;
  return client;
}

/** Encryption needs what browsers give only to pages that were loaded safely. */
async function startCrypto(sdk: MatrixClient, session: Session): Promise<void> {
  if (!isSecureContext) return;
  await sdk.initRustCrypto({ cryptoDatabasePrefix: databaseName(session, "crypto") });
}
