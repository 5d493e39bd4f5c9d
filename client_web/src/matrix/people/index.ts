import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";

/** Profiles, presence, trust, who is ignored. */
export interface People {
  /** Whose it is. */
  readonly userId: string;
}

/** Make it for one account's client. */
export function createPeople(_sdk: MatrixClient, context: ClientContext): People {
  return { userId: context.userId };
}
