import { ClientEvent, type MatrixClient } from "matrix-js-sdk";
import { ask } from "../ask";
import type { ClientContext } from "../context";
import { oneLine, safeName } from "../names";
import { memberName, pictureOf } from "../rooms/summarize";
import { asObject, asObjects, asText } from "../shapes";
import type { Media } from "../types";
import { followMessages, kindsOf } from "./indexer";
import { asksNothing, fulfils, hasConditions, parseQuery, type Query } from "./query";
import { type KeptMessage, SearchStore } from "./store";
import { type ExcerptPart, excerpt } from "./words";

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
  /**
   * The newest messages seen on this device that hold all words, those "in quotes" as they stand, and fulfil all
   * conditions (`query.ts`).
   */
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
    find: async (typed, roomId) => {
      const query = parseQuery(typed);
      if (asksNothing(query)) return [];
      const accepts = (message: KeptMessage) => isWanted(sdk, context, query, message, roomId);
      const found = await store.find(query.words, accepts, MOST);
      return found.map((message) => hitOf(sdk, message, query.words));
    },
    findOnServer: async (typed, roomId) => {
      const query = parseQuery(typed);
      if (query.words.length === 0) return [];
      const found = await askServer(sdk, query, roomId);
      return found
        .filter((message) => isWanted(sdk, context, query, message, roomId))
        .map((message) => hitOf(sdk, message, query.words));
    },
  };
}

/** Messages of rooms that were left, and of people who are ignored, are not found. */
function isWanted(
  sdk: MatrixClient,
  context: ClientContext,
  query: Query,
  message: KeptMessage,
  roomId: string | undefined,
): boolean {
  const room = sdk.getRoom(message.room);
  if (roomId !== undefined && message.room !== roomId) return false;
  if (room?.getMyMembership() !== "join" || context.parts().people.isIgnored(message.sender)) return false;
  if (!hasConditions(query)) return true;
  const summary = context.parts().rooms.get(message.room);
  return fulfils(query, {
    sender: message.sender,
    senderName: memberName(room, message.sender),
    roomNames: [summary?.name ?? room.name, summary?.alias ?? "", message.room],
    time: message.time,
    kinds: message.kinds ?? [],
  });
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
  query: Query,
  roomId: string | undefined,
): Promise<readonly KeptMessage[]> {
  const isId = (who: string) => who.startsWith("@") && who.includes(":");
  const criteria = {
    search_term: query.text,
    keys: ["content.body"],
    order_by: "recent",
    filter: {
      limit: MOST,
      ...(roomId === undefined ? {} : { rooms: [roomId] }),
      // Names are known here alone.
      ...(query.from.length > 0 && query.from.every(isId) ? { senders: query.from } : {}),
    },
  };
  const answer = await ask(sdk, "POST", "/search", {
    body: { search_categories: { room_events: criteria } },
  });
  const found = asObject(asObject(answer.search_categories).room_events);
  return asObjects(found.results)
    .slice(0, MOST)
    .map((result) => asObject(result.result))
    .map((event) => {
      const content = asObject(event.content);
      const text = asText(content.body, 10_000);
      return {
        id: asText(event.event_id, 255),
        room: asText(event.room_id, 255),
        sender: asText(event.sender, 255),
        time: typeof event.origin_server_ts === "number" ? event.origin_server_ts : 0,
        text,
        kinds: kindsOf(asText(event.type, 255), content, text),
      };
    })
    .filter((message) => message.id !== "" && message.text !== "");
}
