import type { MatrixClient, MatrixEvent } from "matrix-js-sdk";
import type { Shield } from "../types";

const GREY = 1;
/** Which text says what, by the SDK's number for the reason; others are not worth a mark. */
const WORDS: ReadonlyMap<number | null, string> = new Map([
  [2, "unsigned_device"],
  [3, "unknown_device"],
  [4, "not_authentic"],
  [5, "unknown_device"],
  [6, "not_encrypted"],
  [7, "identity_changed"],
  [8, "unknown_device"],
]);

/** What is to be said about how messages were encrypted; asked once for each event. */
export class Shields {
  readonly #known = new WeakMap<MatrixEvent, Shield | null>();
  readonly #sdk: MatrixClient;
  readonly #onKnown: (event: MatrixEvent) => void;

  constructor(sdk: MatrixClient, onKnown: (event: MatrixEvent) => void) {
    this.#sdk = sdk;
    this.#onKnown = onKnown;
  }

  /** What is known of an event now; `onKnown` is called where more becomes known. */
  of(event: MatrixEvent): Shield | null {
    const known = this.#known.get(event);
    if (known !== undefined) return known;
    if (!event.isEncrypted() || event.isDecryptionFailure() || event.status !== null) return null;
    this.#known.set(event, null);
    void this.#ask(event);
    return null;
  }

  /** Somebody's devices or keys are others now. */
  forget(event: MatrixEvent): void {
    this.#known.delete(event);
  }

  async #ask(event: MatrixEvent): Promise<void> {
    const info = await this.#sdk.getCrypto()?.getEncryptionInfoForEvent(event);
    const word = WORDS.get(info?.shieldReason ?? null);
    if (!info || !word) return;
    this.#known.set(event, { level: info.shieldColour === GREY ? "grey" : "red", word });
    this.#onKnown(event);
  }
}
