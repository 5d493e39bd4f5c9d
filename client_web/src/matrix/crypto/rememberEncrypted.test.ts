import type { MatrixEvent, Room } from "matrix-js-sdk";
import { expect, it, vi } from "vitest";
import { rememberEncrypted } from "./rememberEncrypted";

function asked(answers: readonly boolean[]) {
  const left = [...answers];
  const ask = vi.fn(async (_roomId: string) => left.shift() ?? true);
  const heard = Promise.withResolvers<void>();
  const backend = {
    isEncryptionEnabledInRoom: ask,
    onCryptoEvent: (_room: Room, _event: MatrixEvent) => heard.promise,
  };
  rememberEncrypted(backend);
  return { backend, ask, heard };
}

it("reads once of each room whether it is encrypted", async () => {
  const { backend, ask } = asked([false, false]);
  expect(await backend.isEncryptionEnabledInRoom("!a:x")).toBe(false);
  expect(await backend.isEncryptionEnabledInRoom("!a:x")).toBe(false);
  expect(await backend.isEncryptionEnabledInRoom("!b:x")).toBe(false);
  expect(ask).toHaveBeenCalledTimes(2);
});

it("never goes on saying that a room is not, when it is now", async () => {
  const { backend, heard } = asked([false, false, true]);
  await backend.isEncryptionEnabledInRoom("!a:x");
  const hearing = backend.onCryptoEvent({ roomId: "!a:x" } as Room, {} as MatrixEvent);
  // Asked while that is being written down.
  expect(await backend.isEncryptionEnabledInRoom("!a:x")).toBe(false);
  heard.resolve();
  await hearing;
  expect(await backend.isEncryptionEnabledInRoom("!a:x")).toBe(true);
});

it("asks again where it could not be read", async () => {
  const { backend, ask } = asked([]);
  ask.mockRejectedValueOnce(new Error("closed"));
  await expect(backend.isEncryptionEnabledInRoom("!a:x")).rejects.toThrow("closed");
  expect(await backend.isEncryptionEnabledInRoom("!a:x")).toBe(true);
});
