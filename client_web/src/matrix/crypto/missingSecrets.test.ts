import type { CryptoBackend } from "matrix-js-sdk/lib/common-crypto/CryptoBackend";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MutableValue } from "../value";
import { askForMissingSecrets } from "./missingSecrets";
import { UNKNOWN_STATE } from "./nextStep";

const request = vi.fn(async () => true);
const send = vi.fn();
const crypto = { olmMachine: { requestMissingSecretsIfNeeded: request }, onSyncCompleted: send };
const state = new MutableValue(UNKNOWN_STATE);
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  request.mockClear();
  send.mockClear();
  end = askForMissingSecrets(state, () => crypto as unknown as CryptoBackend);
});

afterEach(() => {
  end();
  state.set(UNKNOWN_STATE);
  vi.useRealTimers();
});

/** Let it be found that secrets are missing, or not, and some time pass. */
async function found(secretsMissing: boolean, passedMs: number): Promise<void> {
  state.update((now) => ({ ...now, secretsMissing }));
  await vi.advanceTimersByTimeAsync(passedMs);
}

it("secrets that are missing for a while are asked for once, at once", async () => {
  await found(true, 4_000);
  expect(request).not.toHaveBeenCalled();
  await found(true, 2_000);
  await found(true, 60_000);
  expect(request).toHaveBeenCalledTimes(1);
  expect(send).toHaveBeenCalledTimes(1);
});

it("secrets that come by themselves are not asked for", async () => {
  await found(true, 4_000);
  await found(false, 60_000);
  expect(request).not.toHaveBeenCalled();
});

it("secrets that go missing again are asked for again", async () => {
  await found(true, 6_000);
  await found(false, 1_000);
  await found(true, 6_000);
  expect(request).toHaveBeenCalledTimes(2);
});

it("what was asked already is not sent again, and a cryptography that fails is only told of", async () => {
  request.mockResolvedValueOnce(false);
  await found(true, 6_000);
  expect(send).not.toHaveBeenCalled();
  const told = vi.spyOn(console, "warn").mockReturnValue();
  request.mockRejectedValueOnce(new Error("closed"));
  await found(false, 1_000);
  await found(true, 6_000);
  expect(told).toHaveBeenCalledTimes(1);
  told.mockRestore();
});
