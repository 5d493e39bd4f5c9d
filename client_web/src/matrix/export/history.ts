import { type MatrixClient, type MatrixEvent, type Room, MatrixEvent as SdkEvent } from "matrix-js-sdk";
import { ask, path } from "../ask";
import { restoreBackup } from "../crypto/backup";
import { Cancelled, ClientError } from "../errors";
import { asObjects, asText, type JsonObject } from "../shapes";
import { relationTarget, type TimelineEvent } from "../timeline/event";
import { plainEvent } from "../timeline/sdkEvent";

const PAGE = "200";
const MOST_PAGES = 5_000;
const ONLY_REACTIONS = JSON.stringify({ types: ["m.reaction"] });

/**
 * Ask for the history from its beginning, and decrypt it; keys that are not here are fetched from the backup, all of
 * them, the first time that one is missing.
 */
export async function* pages(
  sdk: MatrixClient,
  room: Room,
  signal: AbortSignal,
): AsyncGenerator<readonly MatrixEvent[]> {
  let hasAsked = false;
  for await (const chunk of chunks(sdk, room, signal)) {
    const events = chunk.map((raw) => new SdkEvent({ ...raw, room_id: room.roomId } as never));
    await Promise.all(events.map((event) => sdk.decryptEventIfNeeded(event)));
    if (!hasAsked && events.some((event) => event.isDecryptionFailure())) {
      hasAsked = true;
      if (await hasFetchedKeys(sdk)) await decryptAgain(sdk, events);
    }
    yield events;
  }
}

/** Give the reactions of a room, by what they are reactions to. */
export async function reactionsOf(
  sdk: MatrixClient,
  room: Room,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly TimelineEvent[]>> {
  const found = new Map<string, TimelineEvent[]>();
  for await (const chunk of chunks(sdk, room, signal, ONLY_REACTIONS)) {
    for (const raw of chunk) {
      const reaction = plainEvent(new SdkEvent({ ...raw, room_id: room.roomId } as never));
      const target = relationTarget(reaction);
      const others = found.get(target);
      if (others === undefined) found.set(target, [reaction]);
      else others.push(reaction);
    }
  }
  return found;
}

async function* chunks(
  sdk: MatrixClient,
  room: Room,
  signal: AbortSignal,
  filter?: string,
): AsyncGenerator<readonly JsonObject[]> {
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    if (signal.aborted) throw new Cancelled();
    const query = { dir: "f", limit: PAGE, from, filter };
    const answer = await ask(sdk, "GET", path`/rooms/${room.roomId}/messages`, { query });
    const chunk = asObjects(answer.chunk);
    yield chunk;
    const end = asText(answer.end) || undefined;
    // With a filter, a page may be empty that is not the last.
    if (end === undefined || end === from || (chunk.length === 0 && filter === undefined)) return;
    from = end;
  }
}

async function hasFetchedKeys(sdk: MatrixClient): Promise<boolean> {
  const crypto = sdk.getCrypto();
  if (crypto === undefined) return false;
  try {
    return (await restoreBackup(crypto)) > 0;
  } catch (error) {
    // Without a backup, or its key, what cannot be read is written as such.
    if (error instanceof ClientError) return false;
    throw error;
  }
}

async function decryptAgain(sdk: MatrixClient, events: readonly MatrixEvent[]): Promise<void> {
  const crypto = sdk.getCrypto();
  if (crypto === undefined) return;
  for (const event of events)
    if (event.isDecryptionFailure()) await event.attemptDecryption(crypto as never, { isRetry: true });
}
