import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { RoomOutbox } from "./outbox";
import type { Outbox } from "./values";

export type { ImagePack, PackImage } from "./imagePacks";
export type { Keeping, NewPoll, Outbox, OutgoingFile, Target, Upload, UrlPreview } from "./values";

/** Make it for one account's client. */
export function createOutbox(sdk: MatrixClient, context: ClientContext): Outbox {
  return new RoomOutbox(sdk, context);
}
