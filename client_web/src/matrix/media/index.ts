import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** Files on their way in and out. */
export interface MediaFiles {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createMedia(_sdk: MatrixClient, context: ClientContext): MediaFiles {
  return { userId: context.userId };
}
