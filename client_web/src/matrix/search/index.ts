import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** Finding messages, here and on the server. */
export interface Search {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createSearch(_sdk: MatrixClient, context: ClientContext): Search {
  return { userId: context.userId };
}
