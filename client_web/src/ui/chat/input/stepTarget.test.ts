import type { KeyboardEvent } from "react";
import { expect, it, vi } from "vitest";
import type { MessageItem, TimelineSnapshot } from "../../../matrix/timeline/values";
import { flush, MutableValue } from "../../../matrix/value";
import { Composer } from "../../../state/composer";
import type { Conversation } from "../Conversation";
import { stepTarget } from "./stepTarget";

const UP = { key: "ArrowUp", nativeEvent: { key: "ArrowUp" } } as KeyboardEvent;

function own(key: string, state: "sending" | "queued" | "failed" | null): MessageItem {
  const send = state && { state, errorWord: "", canRetry: false, upload: null };
  const can = { edit: state === null };
  return { kind: "text", key, eventId: key, body: key, html: "", isOwn: true, send, can } as MessageItem;
}

function room(...items: readonly MessageItem[]) {
  const snapshot = new MutableValue({ items } as unknown as TimelineSnapshot);
  const composer = new Composer();
  const conversation = { roomId: "!a:x", composer, timeline: { snapshot } } as unknown as Conversation;
  const field = { ref: { current: { value: "" } as HTMLTextAreaElement }, set: vi.fn() };
  const outbox = { cancel: vi.fn() };
  return {
    composer,
    field,
    outbox,
    up: () => stepTarget(UP, conversation, field, outbox),
    async become(...changed: readonly MessageItem[]) {
      snapshot.set({ items: changed } as unknown as TimelineSnapshot);
      flush();
      await Promise.resolve();
    },
  };
}

it("edits what was sent last", () => {
  const { composer, up } = room(own("first", null), own("second", null));
  expect(up()).toBe(true);
  expect(composer.target.get().edit?.key).toBe("second");
});

it("takes back what waits, and what could not be sent", () => {
  for (const state of ["queued", "failed"] as const) {
    const { composer, field, outbox, up } = room(own("first", null), own("second", state));
    expect(up()).toBe(true);
    expect(outbox.cancel).toHaveBeenCalledWith("!a:x", "second");
    expect(field.set).toHaveBeenCalledWith("second");
    expect(composer.target.get().edit).toBeNull();
  }
});

it("edits what is on its way when the server has it", async () => {
  const { composer, up, become } = room(own("first", null), own("second", "sending"));
  expect(up()).toBe(true);
  expect(composer.target.get().edit).toBeNull();
  await become(own("first", null), own("second", null));
  expect(composer.target.get().edit?.key).toBe("second");
});

it("leaves alone who writes something else by then", async () => {
  const { composer, field, up, become } = room(own("second", "sending"));
  up();
  field.ref.current.value = "Something else";
  await become(own("second", null));
  expect(composer.target.get().edit).toBeNull();
});
