import type { MatrixClient } from "matrix-js-sdk";
import { ask, path } from "../ask";
import type { ClientContext } from "../context";
import { serverOf } from "../names";
import { asObject, asObjects, asText, asTexts } from "../shapes";
import type { RoomSummary } from "../types";
import { derived, type Value } from "../value";
import { type RoomPreview, readPreview } from "./directory";

/** A room that a space holds, as the server tells it. */
export interface SpaceChild {
  readonly preview: RoomPreview;
  readonly via: readonly string[];
  readonly order: string;
  readonly isSuggested: boolean;
}

/** What is directly in a space. */
export interface SpaceContent {
  readonly space: RoomPreview | null;
  readonly children: readonly SpaceChild[];
  readonly next: string | null;
}

/** Spaces of the account, and what is in them. */
export interface Spaces {
  readonly list: Value<readonly RoomSummary[]>;
  /** Ask what is in a space, ourselves in it or not. */
  content(spaceId: string, since?: string): Promise<SpaceContent>;
  /** Put a room into a space, or change how it stands there. */
  addChild(spaceId: string, roomId: string, isSuggested?: boolean): Promise<void>;
  /** Take a room out of a space; the room stays. */
  removeChild(spaceId: string, roomId: string): Promise<void>;
}

const PAGE = "50";
const VALID_ORDER = /^[\x20-\x7e]{1,50}$/;

/** Make it for one account's client. */
export function createSpaces(sdk: MatrixClient, context: ClientContext): Spaces {
  const setChild = async (spaceId: string, roomId: string, content: object) => {
    await ask(sdk, "PUT", path`/rooms/${spaceId}/state/m.space.child/${roomId}`, { body: content });
  };
  return {
    get list() {
      const rooms = context.parts().rooms.list;
      return derived([rooms], () => rooms.get().filter((room) => room.isSpace && room.membership === "join"));
    },
    content: async (spaceId, since) => {
      const query = { limit: PAGE, max_depth: "1", from: since };
      const where = path`/rooms/${spaceId}/hierarchy`;
      const answer = await ask(sdk, "GET", where, { query, prefix: "/_matrix/client/v1" });
      return readContent(spaceId, asObjects(answer.rooms), asText(answer.next_batch) || null);
    },
    addChild: async (spaceId, roomId, isSuggested = false) => {
      const now = asObject(
        sdk.getRoom(spaceId)?.currentState.getStateEvents("m.space.child", roomId)?.getContent(),
      );
      const { suggested: _, ...rest } = now;
      const via = Array.isArray(now.via)
        ? now.via
        : [...new Set([serverOf(context.userId), serverOf(roomId)])].filter(Boolean);
      await setChild(spaceId, roomId, { ...rest, via, ...(isSuggested ? { suggested: true } : {}) });
    },
    removeChild: (spaceId, roomId) => setChild(spaceId, roomId, {}),
  };
}

function readContent(
  spaceId: string,
  entries: readonly Readonly<Record<string, unknown>>[],
  next: string | null,
): SpaceContent {
  const own = entries.find((entry) => entry.room_id === spaceId);
  const said = new Map(
    asObjects(own?.children_state).map((event) => [asText(event.state_key, 255), asObject(event.content)]),
  );
  const children: SpaceChild[] = [];
  for (const entry of entries) {
    const preview = readPreview(entry);
    if (preview === null || preview.id === spaceId) continue;
    const content = said.get(preview.id) ?? {};
    const order = asText(content.order, 60);
    children.push({
      preview,
      via: asTexts(content.via).slice(0, 20),
      order: VALID_ORDER.test(order) ? order : "",
      isSuggested: content.suggested === true,
    });
  }
  return { space: own === undefined ? null : readPreview(own), children, next };
}
