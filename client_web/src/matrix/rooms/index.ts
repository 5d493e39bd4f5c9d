import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import type { RoomSummary } from "../types";
import { MutableValue, type Value } from "../value";

/** Rooms and invites of the account, as lists and headers show them. */
export interface Rooms {
  readonly list: Value<readonly RoomSummary[]>;
}

/** Spaces of the account, and what is in them. */
export interface Spaces {
  readonly list: Value<readonly RoomSummary[]>;
}

/** Make it for one account's client. */
export function createRooms(_sdk: MatrixClient, _context: ClientContext): Rooms {
  return { list: new MutableValue<readonly RoomSummary[]>([]) };
}

/** Make it for one account's client. */
export function createSpaces(_sdk: MatrixClient, _context: ClientContext): Spaces {
  return { list: new MutableValue<readonly RoomSummary[]>([]) };
}
