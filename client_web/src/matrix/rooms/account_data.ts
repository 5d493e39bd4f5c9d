import type { MatrixClient } from "matrix-js-sdk";
import { ask, path, statusOf } from "../ask";
import type { JsonObject } from "../shapes";

/**
 * Change account data from what the server holds now: another device may have changed it a moment ago.
 * Nothing is written where nothing changes.
 */
export async function changeAccountData(
  sdk: MatrixClient,
  type: string,
  change: (content: JsonObject) => JsonObject,
): Promise<void> {
  const where = path`/user/${sdk.getSafeUserId()}/account_data/${type}`;
  const before = await contentOrNothing(ask(sdk, "GET", where));
  const after = change(before);
  if (JSON.stringify(after) !== JSON.stringify(before)) await ask(sdk, "PUT", where, { body: after });
}

/** Set account data of a room. */
export async function setRoomAccountData(
  sdk: MatrixClient,
  roomId: string,
  type: string,
  content: JsonObject,
): Promise<void> {
  await ask(sdk, "PUT", path`/user/${sdk.getSafeUserId()}/rooms/${roomId}/account_data/${type}`, {
    body: content,
  });
}

/** Await content; empty where there is none. */
export async function contentOrNothing(request: Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return {};
    throw error;
  }
}
