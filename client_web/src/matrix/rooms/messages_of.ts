import type { MatrixClient } from "matrix-js-sdk";
import { ask, path } from "../ask";
import { asObject, asObjects, asText } from "../shapes";

const MOST = 500;
const PAGE = "100";
/** A server may answer with pages in which there is nothing that was asked for. */
const MOST_PAGES = 50;

/**
 * Give the ids of what somebody wrote in a room and nobody has removed yet, the newest first, at most 500.
 *
 * The server is asked, so that it does not matter what of the room this browser has loaded.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
 */
export async function* messagesOf(sdk: MatrixClient, roomId: string, userId: string): AsyncGenerator<string> {
  const filter = JSON.stringify({ senders: [userId], not_types: ["m.room.member", "m.room.redaction"] });
  let from: string | undefined;
  let given = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { dir: "b", limit: PAGE, filter, from };
    const answer = await ask(sdk, "GET", path`/rooms/${roomId}/messages`, { query });
    for (const event of asObjects(answer.chunk)) {
      const eventId = asText(event.event_id, 255);
      if (!isWritten(event, userId) || eventId === "") continue;
      yield eventId;
      given += 1;
      if (given >= MOST) return;
    }
    const next = asText(answer.end, 1_000);
    if (next === "" || next === from) return;
    from = next;
  }
}

/** Whether it is what somebody said, not what they did to the room, and still says something. */
function isWritten(event: Readonly<Record<string, unknown>>, userId: string): boolean {
  const isState = event.state_key !== undefined;
  const isRemoved = "redacted_because" in asObject(event.unsigned);
  return event.sender === userId && !isState && !isRemoved;
}
