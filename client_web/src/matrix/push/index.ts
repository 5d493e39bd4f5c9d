import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** What is worth a notification, and the rules that say so. */
export interface Push {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createPush(_sdk: MatrixClient, context: ClientContext): Push {
  return { userId: context.userId };
}
