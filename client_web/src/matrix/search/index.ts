import { ClientEvent, type MatrixClient } from "matrix-js-sdk";
import { ask } from "../ask";
import type { ClientContext } from "../context";
import { oneLine, safeName } from "../names";
import { memberName, pictureOf } from "../rooms/summarize";
import { asObject, asObjects, asText } from "../shapes";
import type { Media } from "../types";
import { followMessages } from "./indexer";
import { type KeptMessage, SearchStore } from "./store";
import { type ExcerptPart, excerpt, parseWords } from "./words";

export type { ExcerptPart } from "./words";

/** A message that holds what was looked for. */
export interface SearchHit {
  readonly roomId: string;
  readonly eventId: string;
  readonly sender: string;
  readonly senderName: string;
  readonly senderAvatar: Media | null;
  readonly time: number;
  readonly excerpt: readonly ExcerptPart[];
}

/** Finding messages, here and on the server. */
export interface Search {
  /** Whose it is. */
  readonly userId: string;
  /** The newest messages seen on this device that hold all words; those "in quotes" as they stand. */
  find(query: string, roomId?: string): Promise<readonly SearchHit[]>;
  /** The newest that the server knows, in rooms that are not encrypted. */
  findOnServer(query: string, roomId?: string): Promise<readonly SearchHit[]>;
}

const MOST = 100;
const LONGEST_SHOWN = 2_000;

/** Make it for one account's client. */
export function createSearch(sdk: MatrixClient, context: ClientContext): Search {
  const store = new SearchStore(context.databaseName("search"));
  followMessages(sdk, context, store);
  const forget = (roomId: string) => void store.forgetRoom(roomId).catch(reportError);
  sdk.on(ClientEvent.DeleteRoom, forget);
  context.onStop(() => void sdk.off(ClientEvent.DeleteRoom, forget));
  return {
    userId: context.userId,
    find: async (query, roomId) => {
      const words = parseWords(query);
      const found = words.length === 0 ? [] : await store.find(words, roomId, MOST);
      return found
        .filter((message) => maySee(sdk, context, message))
        .map((message) => hitOf(sdk, message, words));
    },
    findOnServer: async (query, roomId) => {
      const words = parseWords(query);
      if (words.length === 0) return [];
      const found = await askServer(sdk, query, roomId);
      return found
        .filter((message) => maySee(sdk, context, message))
        .map((message) => hitOf(sdk, message, words));
    },
  };
}

/** Messages of rooms that were left, and of people who are ignored, are not found. */
function maySee(sdk: MatrixClient, context: ClientContext, message: KeptMessage): boolean {
  const room = sdk.getRoom(message.room);
  return room?.getMyMembership() === "join" && !context.parts().people.isIgnored(message.sender);
}

function hitOf(sdk: MatrixClient, message: KeptMessage, words: readonly string[]): SearchHit {
  const room = sdk.getRoom(message.room);
  return {
    roomId: message.room,
    eventId: message.id,
    sender: message.sender,
    senderName: room === null ? safeName(message.sender) : memberName(room, message.sender),
    senderAvatar: pictureOf(room?.getMember(message.sender)?.getMxcAvatarUrl()),
    time: message.time,
    excerpt: excerpt(oneLine(message.text, LONGEST_SHOWN), words),
  };
}

/** Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-search */
async function askServer(
  sdk: MatrixClient,
  query: string,
  roomId: string | undefined,
): Promise<readonly KeptMessage[]> {
  const criteria = {
    search_term: query.slice(0, 1_000),
    keys: ["content.body"],
    order_by: "recent",
    filter: { limit: MOST, ...(roomId === undefined ? {} : { rooms: [roomId] }) },
  };
  const answer = await ask(sdk, "POST", "/search", {
    body: { search_categories: { room_events: criteria } },
  });
  const found = asObject(asObject(answer.search_categories).room_events);
  return asObjects(found.results)
    .slice(0, MOST)
    .map((result) => asObject(result.result))
    .map((event) => ({
      id: asText(event.event_id, 255),
      room: asText(event.room_id, 255),
      sender: asText(event.sender, 255),
      time: typeof event.origin_server_ts === "number" ? event.origin_server_ts : 0,
      text: asText(asObject(event.content).body, 10_000),
    }))
    .filter((message) => message.id !== "" && message.text !== "");
}
