import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** What follows the account from device to device. */
export interface Settings {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createSettings(_sdk: MatrixClient, context: ClientContext): Settings {
  return { userId: context.userId };
}
