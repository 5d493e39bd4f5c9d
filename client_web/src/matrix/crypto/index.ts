import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** Encryption: where the account stands, verification, recovery, key backup. */
export interface Crypto {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createCrypto(_sdk: MatrixClient, context: ClientContext): Crypto {
  return { userId: context.userId };
}
