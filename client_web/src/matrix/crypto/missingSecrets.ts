import type { CryptoBackend } from "matrix-js-sdk/lib/common-crypto/CryptoBackend";
import type { Value } from "../value";
import type { EncryptionState } from "./types";

/** A device that is verified has its secrets within this time, if another device is on. */
const PATIENCE_MS = 5_000;

/**
 * Ask the account's other devices for the secrets that a verified device lacks, until the returned function is called.
 *
 * The SDK asks as a device is verified. What it is answered is lost when the page is left that moment, or when the
 * server fails then; the device would never read the backup. Asked is once for each time that they are found missing.
 */
export function askForMissingSecrets(
  state: Value<EncryptionState>,
  crypto: () => CryptoBackend | undefined,
): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const follow = (): void => {
    if (!state.get().secretsMissing) stop();
    else timer ??= setTimeout(() => void ask(crypto()), PATIENCE_MS);
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const end = state.subscribe(follow);
  return () => {
    end();
    stop();
  };
}

/** What is under the SDK's cryptography; it offers this to nobody. */
interface HasMachine {
  readonly olmMachine: { requestMissingSecretsIfNeeded(): Promise<boolean> };
}

async function ask(crypto: CryptoBackend | undefined): Promise<void> {
  if (crypto === undefined) return;
  try {
    const isAsked = await (crypto as unknown as HasMachine).olmMachine.requestMissingSecretsIfNeeded();
    // What is to be sent is sent after a sync, and the next may be half a minute away.
    if (isAsked) crypto.onSyncCompleted({});
  } catch (error) {
    // The next start asks again; a recovery key does without.
    console.warn("other devices could not be asked for the secrets", error);
  }
}
