import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** Messages of rooms and threads. */
export interface Timelines {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createTimelines(_sdk: MatrixClient, context: ClientContext): Timelines {
  return { userId: context.userId };
}
