import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** What is on its way out, and drafts. */
export interface Outbox {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createOutbox(_sdk: MatrixClient, context: ClientContext): Outbox {
  return { userId: context.userId };
}
