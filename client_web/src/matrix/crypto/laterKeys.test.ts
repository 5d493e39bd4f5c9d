import { EventEmitter } from "node:events";
import { type MatrixClient, MatrixEventEvent } from "matrix-js-sdk";
import { CryptoEvent, DecryptionFailureCode } from "matrix-js-sdk/lib/crypto-api";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LaterKeys } from "./laterKeys";

class FakeClient extends EventEmitter {
  readonly getCrypto = () => ({});
}

/** A message that cannot be read until `hasKey`, and tells whoever listens after each try, as the SDK's do. */
class FakeEvent {
  hasKey = false;
  isRead = false;
  isDeleted = false;
  tries = 0;
  decryptionFailureReason: DecryptionFailureCode | null =
    DecryptionFailureCode.HISTORICAL_MESSAGE_WORKING_BACKUP;

  constructor(
    private readonly client: FakeClient,
    private readonly session: string,
  ) {}

  readonly getRoomId = () => "!room:x";
  readonly getWireContent = () => ({ session_id: this.session });
  readonly isDecryptionFailure = () => !this.isRead;
  readonly isRedacted = () => this.isDeleted;

  async attemptDecryption(): Promise<void> {
    this.tries += 1;
    this.fail();
  }

  fail(): void {
    this.isRead = this.hasKey;
    this.client.emit(MatrixEventEvent.Decrypted, this);
  }
}

let client: FakeClient;
let later: LaterKeys;

beforeEach(() => {
  vi.useFakeTimers();
  client = new FakeClient();
  later = new LaterKeys(client as unknown as MatrixClient);
});

afterEach(() => {
  later.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function unread(session = "one"): FakeEvent {
  const event = new FakeEvent(client, session);
  event.fail();
  return event;
}

it("a key that was missing is asked for again until it comes, and then no more", async () => {
  const event = unread();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(event.tries).toBe(1);
  event.hasKey = true;
  await vi.advanceTimersByTimeAsync(18_000);
  expect(event.tries).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

it("a key that never comes is asked for less and less often, five times in all", async () => {
  const event = unread();
  await vi.advanceTimersByTimeAsync(6_000 + 18_000 + 54_000);
  expect(event.tries).toBe(3);
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(event.tries).toBe(5);
});

it("the backup's key lets all begin anew", async () => {
  const event = unread();
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  client.emit(CryptoEvent.KeyBackupDecryptionKeyCached, "1");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(event.tries).toBe(6);
});

it("of one session one message is tried, and what no key would mend is not", async () => {
  const [first, second, other] = [unread(), unread(), unread("two")];
  const withheld = new FakeEvent(client, "three");
  withheld.decryptionFailureReason = DecryptionFailureCode.MEGOLM_KEY_WITHHELD;
  withheld.fail();
  await vi.advanceTimersByTimeAsync(6_000);
  expect([first, second, other, withheld].map(({ tries }) => tries)).toEqual([1, 0, 1, 0]);
});

it("of a history without keys the newest fifty sessions are asked for", async () => {
  const events = Array.from({ length: 60 }, (_, index) => unread(`session ${index}`));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(events.filter(({ tries }) => tries > 0)).toEqual(events.slice(10));
});

it("what was read or deleted meanwhile is not tried, and a client that stops asks no more", async () => {
  const [read, deleted, other] = [unread(), unread("two"), unread("three")];
  read.isRead = true;
  deleted.isDeleted = true;
  await vi.advanceTimersByTimeAsync(6_000);
  expect([read.tries, deleted.tries, other.tries]).toEqual([0, 0, 1]);
  later.stop();
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(other.tries).toBe(1);
});
