import type { MatrixClient } from "matrix-js-sdk";
import { expect, it, vi } from "vitest";
import { quietMoment } from "../quiet";
import { LaterCrypto } from "./laterCrypto";

vi.mock("../quiet", () => ({ quietMoment: vi.fn() }));

const NOTHING = { toDeviceEvents: [], oneTimeKeysCounts: { signed_curve25519: 50 }, unusedFallbackKeys: [] };
const KEYS = { ...NOTHING, toDeviceEvents: [{ type: "m.room.encrypted", sender: "@b:x", content: {} }] };

function prepared() {
  const backend = {
    processSyncChanges: vi.fn(async () => []),
    onCryptoEvent: vi.fn(async () => undefined),
    onSyncCompleted: vi.fn(),
    onLiveEventFromSync: vi.fn(async () => undefined),
  };
  const event = { id: "$1" };
  const sdk = { getRooms: () => [{ getLiveTimeline: () => ({ getEvents: () => [event] }) }] };
  const later = new LaterCrypto();
  return {
    backend,
    event,
    later,
    begin: () => later.begin(sdk as unknown as MatrixClient, backend as never),
  };
}

it("lets rooms pass before it is prepared, and hands over then what they need", async () => {
  const { backend, event, later, begin } = prepared();
  const room = { roomId: "!a:x" };
  expect(await later.processSyncChanges(NOTHING)).toEqual([]);
  await later.onCryptoEvent(room as never, event as never);
  later.onSyncCompleted({ nextSyncToken: "1" });
  await begin();
  expect(backend.onCryptoEvent).toHaveBeenCalledWith(room, event);
  expect(backend.processSyncChanges).toHaveBeenCalledWith(NOTHING);
  expect(backend.onSyncCompleted).toHaveBeenCalledWith({ nextSyncToken: "1" });
  expect(backend.onLiveEventFromSync).toHaveBeenCalledWith(event);
});

it("has a sync wait that brings keys, and says that something does", async () => {
  const { backend, later, begin } = prepared();
  const received = later.processSyncChanges(KEYS);
  await later.wanted;
  expect(backend.processSyncChanges).not.toHaveBeenCalled();
  await begin();
  await received;
  expect(backend.processSyncChanges).toHaveBeenCalledWith(KEYS);
});

it("is not asked about a sync that says nothing new", async () => {
  const { backend, later, begin } = prepared();
  await begin();
  await later.processSyncChanges(NOTHING);
  await later.processSyncChanges(NOTHING);
  expect(backend.processSyncChanges).toHaveBeenCalledTimes(1);
  await later.processSyncChanges({ ...NOTHING, oneTimeKeysCounts: { signed_curve25519: 49 } });
  await later.processSyncChanges({ ...NOTHING, deviceLists: { changed: ["@b:x"] } });
  await later.processSyncChanges(KEYS);
  expect(backend.processSyncChanges).toHaveBeenCalledTimes(4);
});

it("has what follows from a sync done at once, and nothing that follows from none while messages are drawn", async () => {
  const { backend, later, begin } = prepared();
  const quiet = Promise.withResolvers<void>();
  vi.mocked(quietMoment).mockReturnValue(quiet.promise);
  await begin();
  await later.processSyncChanges(KEYS);
  later.onSyncCompleted({ nextSyncToken: "1" });
  expect(backend.onSyncCompleted).toHaveBeenCalledTimes(1);
  later.onSyncCompleted({ nextSyncToken: "2" });
  later.onSyncCompleted({ nextSyncToken: "3" });
  expect(backend.onSyncCompleted).toHaveBeenCalledTimes(1);
  quiet.resolve();
  await quiet.promise;
  expect(backend.onSyncCompleted).toHaveBeenCalledTimes(2);
  expect(backend.onSyncCompleted).toHaveBeenLastCalledWith({ nextSyncToken: "3" });
});
