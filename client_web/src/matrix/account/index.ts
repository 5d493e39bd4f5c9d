import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** The account itself: profile, password, addresses, devices. */
export interface AccountSettings {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createAccount(_sdk: MatrixClient, context: ClientContext): AccountSettings {
  return { userId: context.userId };
}
