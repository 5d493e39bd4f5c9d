import { type MatrixClient, type MatrixEvent, MatrixEventEvent } from "matrix-js-sdk";
import type { CryptoBackend } from "matrix-js-sdk/lib/common-crypto/CryptoBackend";
import { CryptoEvent, DecryptionFailureCode } from "matrix-js-sdk/lib/crypto-api";

/** Longer than the SDK lets pass before it asks a backup again for the same key. */
const FIRST_PAUSE_MS = 6_000;
/** Each pause is this many times as long as the one before it: 6 s, 18 s, 54 s, about 3 and 8 minutes. */
const GROWTH = 3;
const TRIES = 5;
/** More keys than this at once are those of a history that no backup has. */
const SESSIONS_AT_MOST = 50;

/** What a key that comes into the backup later would mend. */
const MENDABLE: ReadonlySet<DecryptionFailureCode | null> = new Set([
  DecryptionFailureCode.MEGOLM_UNKNOWN_INBOUND_SESSION_ID,
  DecryptionFailureCode.OLM_UNKNOWN_MESSAGE_INDEX,
  DecryptionFailureCode.HISTORICAL_MESSAGE_BACKUP_UNCONFIGURED,
  DecryptionFailureCode.HISTORICAL_MESSAGE_NO_KEY_BACKUP,
  DecryptionFailureCode.HISTORICAL_MESSAGE_WORKING_BACKUP,
]);

interface Missing {
  readonly event: MatrixEvent;
  tries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Ask again for the keys of messages that cannot be read: an account's other devices put theirs into the backup up to
 * ten seconds after they have them, or when they are on again, and the SDK asks for each once.
 */
export class LaterKeys {
  /** One message of each session whose key is missing: the SDK decrypts the others with it. */
  readonly #missing = new Map<string, Missing>();

  constructor(private readonly sdk: MatrixClient) {
    sdk.on(MatrixEventEvent.Decrypted, this.#tried);
    sdk.on(CryptoEvent.KeyBackupDecryptionKeyCached, this.#beginAnew);
  }

  stop(): void {
    this.sdk.off(MatrixEventEvent.Decrypted, this.#tried);
    this.sdk.off(CryptoEvent.KeyBackupDecryptionKeyCached, this.#beginAnew);
    for (const session of this.#missing.keys()) this.#forget(session);
  }

  readonly #tried = (event: MatrixEvent): void => {
    const session = sessionOf(event);
    if (!event.isDecryptionFailure()) this.#forget(session);
    else if (MENDABLE.has(event.decryptionFailureReason) && !this.#missing.has(session)) {
      this.#missing.set(session, { event, tries: 0, timer: undefined });
      this.#wait(session);
      const [oldest] = this.#missing.keys();
      if (this.#missing.size > SESSIONS_AT_MOST && oldest !== undefined) this.#forget(oldest);
    }
  };

  /** Only now can this device read what is in the backup. */
  readonly #beginAnew = (): void => {
    for (const [session, missing] of this.#missing) {
      missing.tries = 0;
      this.#wait(session);
    }
  };

  #wait(session: string): void {
    const missing = this.#missing.get(session);
    if (missing === undefined) return;
    clearTimeout(missing.timer);
    if (missing.tries >= TRIES) return;
    missing.timer = setTimeout(() => void this.#ask(session), FIRST_PAUSE_MS * GROWTH ** missing.tries);
  }

  async #ask(session: string): Promise<void> {
    const missing = this.#missing.get(session);
    const crypto = this.sdk.getCrypto();
    if (missing === undefined || crypto === undefined) return;
    missing.tries += 1;
    const { event } = missing;
    // The message may have been decrypted or deleted without anybody being told.
    if (!event.isDecryptionFailure() || event.isRedacted()) return this.#forget(session);
    this.#wait(session);
    // The SDK asks the backup when it fails, and decrypts what waits for a key that comes.
    await event.attemptDecryption(crypto as unknown as CryptoBackend, { isRetry: true });
  }

  #forget(session: string): void {
    clearTimeout(this.#missing.get(session)?.timer);
    this.#missing.delete(session);
  }
}

function sessionOf(event: MatrixEvent): string {
  return `${event.getRoomId()} ${String(event.getWireContent().session_id)}`;
}
