import {
  ClientEvent,
  HttpApiEvent,
  type MatrixClient,
  type MatrixError,
  SyncState as SdkState,
} from "matrix-js-sdk";
import type { SyncState } from "./types";
import { MutableValue, type Value } from "./value";

/** How the client stands with its server, and whether what is stored is shown already. */
export interface SyncWatch {
  readonly state: Value<SyncState>;
  /** Rooms are there, those that were stored or those that the server has sent; or the server is away. */
  readonly prepared: Promise<void>;
  stop(): void;
}

/** Follow what the SDK says of its sync. `onSignedOut`: the server has ended the session. */
export function watchSync(sdk: MatrixClient, onSignedOut: (isSoft: boolean) => void): SyncWatch {
  const state = new MutableValue<SyncState>("starting");
  const prepared = Promise.withResolvers<void>();

  const onSync = (now: SdkState, _before: SdkState | null, data?: { fromCache?: boolean }): void => {
    if (state.get() === "signed_out") return;
    if (now !== SdkState.Catchup) prepared.resolve();
    if (now === SdkState.Prepared && data?.fromCache) return;
    const known = STATES[now];
    if (known !== undefined) state.set(known);
  };
  const onLoggedOut = (error: MatrixError): void => {
    // What was under way with the same token may be told otherwise by then: the first answer says how it ended.
    if (state.get() === "signed_out") return;
    state.set("signed_out");
    prepared.resolve();
    onSignedOut((error.data as { soft_logout?: unknown }).soft_logout === true);
  };

  sdk.on(ClientEvent.Sync, onSync);
  sdk.on(HttpApiEvent.SessionLoggedOut, onLoggedOut);
  return {
    state,
    prepared: prepared.promise,
    stop() {
      sdk.off(ClientEvent.Sync, onSync);
      sdk.off(HttpApiEvent.SessionLoggedOut, onLoggedOut);
      if (state.get() !== "signed_out") state.set("stopped");
    },
  };
}

const STATES: Readonly<Partial<Record<SdkState, SyncState>>> = {
  [SdkState.Prepared]: "live",
  [SdkState.Syncing]: "live",
  [SdkState.Catchup]: "starting",
  [SdkState.Reconnecting]: "offline",
  [SdkState.Error]: "offline",
};
