import { describe, expect, it } from "vitest";
import { asSdkReads, joinFrames, mergeDeltas } from "./frames";
import type { JsonObject } from "./shapes";

const message = (id: string) => ({ type: "m.room.message", event_id: id, content: { body: id } });
const name = (text: string) => ({ type: "m.room.name", state_key: "", content: { name: text } });

function delta(token: string, room: JsonObject, more: JsonObject = {}): JsonObject {
  return { next_batch: token, rooms: { join: { "!r": room } }, ...more };
}

function roomOf(merged: JsonObject | null): JsonObject {
  expect(merged).not.toBeNull();
  return (merged as { rooms: { join: Record<string, JsonObject> } }).rooms.join["!r"] ?? {};
}

function timeline(...ids: string[]): JsonObject {
  return { timeline: { events: ids.map(message), limited: false, prev_batch: `before ${ids[0]}` } };
}

describe("merging deltas", () => {
  it("puts timelines one behind the other and keeps where the first began", () => {
    const merged = mergeDeltas(delta("1", timeline("a", "b")), delta("2", timeline("c")));
    expect(merged?.next_batch).toBe("2");
    expect(roomOf(merged).timeline).toMatchObject({
      events: [message("a"), message("b"), message("c")],
      prev_batch: "before a",
    });
  });

  it("keeps rooms that only one of them names", () => {
    const other = { next_batch: "2", rooms: { join: { "!other": timeline("x") }, invite: { "!i": {} } } };
    const merged = mergeDeltas(delta("1", timeline("a")), other);
    expect(Object.keys((merged as { rooms: { join: object } }).rooms.join)).toEqual(["!r", "!other"]);
    expect((merged as { rooms: { invite: object } }).rooms.invite).toEqual({ "!i": {} });
  });

  it("leaves deltas apart where there is a gap between their timelines", () => {
    const gap = { timeline: { events: [message("z")], limited: true, prev_batch: "p" } };
    expect(mergeDeltas(delta("1", timeline("a")), delta("2", gap))).toBeNull();
  });

  it("takes a timeline with a gap where there was none before", () => {
    const gap = { timeline: { events: [message("z")], limited: true, prev_batch: "p" } };
    expect(roomOf(mergeDeltas(delta("1", {}), delta("2", gap))).timeline).toEqual(gap.timeline);
  });

  it("leaves deltas apart where state is told as of before a timeline", () => {
    const old = { ...timeline("c"), state: { events: [name("x")] } };
    expect(mergeDeltas(delta("1", timeline("a")), delta("2", old))).toBeNull();
  });

  it("says the last state of each kind", () => {
    const first = {
      ...timeline("a"),
      state_after: { events: [name("one"), { ...name("t"), type: "m.room.topic" }] },
    };
    const second = { ...timeline("b"), state_after: { events: [name("two")] } };
    const { state_after } = roomOf(mergeDeltas(delta("1", first), delta("2", second)));
    expect(state_after).toEqual({ events: [{ ...name("t"), type: "m.room.topic" }, name("two")] });
  });

  it("leaves deltas apart where a room is left and joined in between", () => {
    const left = { next_batch: "2", rooms: { leave: { "!r": timeline("c") } } };
    expect(mergeDeltas(delta("1", timeline("a")), left)).toBeNull();
  });

  it("forgets who was typing when it is said anew, and keeps receipts", () => {
    const typing = (who: string) => ({ type: "m.typing", content: { user_ids: [who] } });
    const receipt = (id: string) => ({ type: "m.receipt", content: { [id]: {} } });
    const first = { ephemeral: { events: [typing("@a:x"), receipt("$1")] } };
    const second = { ephemeral: { events: [typing("@b:x"), receipt("$2")] } };
    expect(roomOf(mergeDeltas(delta("1", first), delta("2", second))).ephemeral).toEqual({
      events: [receipt("$1"), typing("@b:x"), receipt("$2")],
    });
  });

  it("drops the counts of threads that new counts do not name", () => {
    const first = {
      unread_notifications: { notification_count: 3 },
      unread_thread_notifications: { $t: {} },
    };
    const second = { unread_notifications: { notification_count: 0 } };
    const room = roomOf(mergeDeltas(delta("1", first), delta("2", second)));
    expect(room.unread_notifications).toEqual({ notification_count: 0 });
    expect(room).not.toHaveProperty("unread_thread_notifications");
  });

  it("loses no to-device message and keeps their order", () => {
    const toDevice = (...ids: number[]) => ({ to_device: { events: ids.map((id) => ({ type: "x", id })) } });
    const merged = mergeDeltas(delta("1", {}, toDevice(1, 2)), delta("2", {}, toDevice(3)));
    expect(merged?.to_device).toEqual(toDevice(1, 2, 3).to_device);
  });

  it("says of each user's devices what was said last", () => {
    const merged = mergeDeltas(
      delta("1", {}, { device_lists: { changed: ["@a:x", "@b:x"], left: ["@c:x"] } }),
      delta("2", {}, { device_lists: { changed: ["@c:x"], left: ["@a:x"] } }),
    );
    expect(merged?.device_lists).toEqual({ changed: ["@b:x", "@c:x"], left: ["@a:x"] });
  });

  it("keeps the newest of each kind of account data", () => {
    const data = (type: string, at: number) => ({ type, content: { at } });
    const merged = mergeDeltas(
      delta("1", {}, { account_data: { events: [data("a", 1), data("b", 1)] } }),
      delta("2", {}, { account_data: { events: [data("a", 2)] } }),
    );
    expect(merged?.account_data).toEqual({ events: [data("b", 1), data("a", 2)] });
  });
});

describe("frames", () => {
  it("of one delta become one, whichever rooms they hold", () => {
    const whole = joinFrames([
      { type: "sync", rooms: { join: { "!a": { n: 1 } } } },
      { type: "sync", rooms: { join: { "!b": { n: 2 } }, leave: { "!c": {} } } },
      { type: "sync", rooms: { join: { "!d": {} } }, next_batch: "t", to_device: { events: [] } },
    ]);
    expect(whole).toEqual({
      rooms: { join: { "!a": { n: 1 }, "!b": { n: 2 }, "!d": {} }, leave: { "!c": {} } },
      next_batch: "t",
      to_device: { events: [] },
    });
  });

  it("name the state after a timeline as the SDK reads it", () => {
    const state_after = { events: [name("x")] };
    const read = asSdkReads(delta("1", { ...timeline("a"), state_after }));
    expect(roomOf(read)).toMatchObject({ "org.matrix.msc4222.state_after": state_after });
    expect(roomOf(read)).not.toHaveProperty("state_after");
  });
});
