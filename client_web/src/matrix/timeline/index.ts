import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { OpenTimelines } from "./open";
import type { Timelines } from "./timelines";

export type { EventSource, Timelines } from "./timelines";
export * from "./values";

/** Make it for one account's client. */
export function createTimelines(sdk: MatrixClient, context: ClientContext): Timelines {
  return new OpenTimelines(sdk, context);
}
