import { EventEmitter } from "node:events";
import { type MatrixClient, RoomEvent, SyncState } from "matrix-js-sdk";
import { expect, it, vi } from "vitest";
import { rotateAfterGaps } from "./gaps";

class FakeClient extends EventEmitter {
  state: SyncState | null = SyncState.Syncing;
  readonly discarded = vi.fn();
  readonly getSyncState = () => this.state;
  readonly getCrypto = () => ({ forceDiscardSession: this.discarded });
}

const live = {};
function room(roomId: string, isEncrypted: boolean) {
  return { roomId, hasEncryptionStateEvent: () => isEncrypted, getUnfilteredTimelineSet: () => live };
}

it("a gap in an encrypted room begins a new session there, and nowhere else", () => {
  const client = new FakeClient();
  const end = rotateAfterGaps(client as unknown as MatrixClient);
  client.emit(RoomEvent.TimelineReset, room("!secret:x", true), live);
  client.emit(RoomEvent.TimelineReset, room("!open:x", false), live);
  client.emit(RoomEvent.TimelineReset, room("!thread:x", true), {});
  expect(client.discarded.mock.calls).toEqual([["!secret:x"]]);
  end();
  client.emit(RoomEvent.TimelineReset, room("!secret:x", true), live);
  expect(client.discarded).toHaveBeenCalledTimes(1);
});

it("what is read from the store is no gap", () => {
  const client = new FakeClient();
  client.state = null;
  rotateAfterGaps(client as unknown as MatrixClient);
  client.emit(RoomEvent.TimelineReset, room("!secret:x", true), live);
  expect(client.discarded).not.toHaveBeenCalled();
});
