import { EventEmitter } from "node:events";
import { ClientEvent, HttpApiEvent, type MatrixClient, SyncState } from "matrix-js-sdk";
import { expect, it, vi } from "vitest";
import { watchSync } from "./syncState";

function watched() {
  const sdk = new EventEmitter();
  const ended = vi.fn();
  return { sdk, ended, watch: watchSync(sdk as unknown as MatrixClient, ended) };
}

it("how a session ended is what the server said first", () => {
  const { sdk, ended, watch } = watched();
  sdk.emit(HttpApiEvent.SessionLoggedOut, { data: { soft_logout: true } });
  sdk.emit(HttpApiEvent.SessionLoggedOut, { data: {} });
  sdk.emit(ClientEvent.Sync, SyncState.Syncing, null);
  expect(ended.mock.calls).toEqual([[true]]);
  expect(watch.state.get()).toBe("signed_out");
});

it("what is stored makes nothing live; what the server sends does", () => {
  const { sdk, watch } = watched();
  sdk.emit(ClientEvent.Sync, SyncState.Prepared, null, { fromCache: true });
  expect(watch.state.get()).toBe("starting");
  sdk.emit(ClientEvent.Sync, SyncState.Syncing, SyncState.Prepared);
  expect(watch.state.get()).toBe("live");
  watch.stop();
  sdk.emit(HttpApiEvent.SessionLoggedOut, { data: {} });
  expect(watch.state.get()).toBe("stopped");
});
