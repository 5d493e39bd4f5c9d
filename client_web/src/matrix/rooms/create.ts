import type { MatrixClient } from "matrix-js-sdk";
import { ask, path } from "../ask";
import type { ClientContext } from "../context";
import { BadAnswer } from "../errors";
import { serverOf } from "../names";
import { asText, type JsonObject } from "../shapes";
import type { Memberships } from "./memberships";

/** Who may come in: `restricted` lets members of the space in that it is made in. */
export type Access = "invited" | "knock" | "restricted" | "public";

/** What a new room is to be. */
export interface NewRoom {
  readonly name?: string;
  readonly topic?: string;
  /** An mxc address. */
  readonly avatarUrl?: string;
  readonly access?: Access;
  /** Listed in the server's directory. */
  readonly isPublished?: boolean;
  readonly aliasLocalpart?: string;
  readonly isEncrypted?: boolean;
  readonly invite?: readonly string[];
  readonly isDirect?: boolean;
  readonly isSpace?: boolean;
  /** The space that it is made in; it is added there too. */
  readonly parent?: string;
  readonly isFederated?: boolean;
  readonly version?: string;
}

/** Making rooms, spaces and direct chats. */
export interface Creating {
  /** Make a room and return its id. A room whose parent could not be told of it exists nevertheless. */
  create(wanted: NewRoom): Promise<string>;
  /** Return the direct chat with somebody, made where there is none to go on with. */
  startDirect(userId: string): Promise<string>;
  /** Return the direct chat with somebody: the liveliest that one is in; null without any. */
  directRoom(userId: string): string | null;
}

const MEGOLM = "m.megolm.v1.aes-sha2";

/** Make it for one account's client. */
export function createCreating(
  sdk: MatrixClient,
  context: ClientContext,
  setDirect: Memberships["setDirect"],
): Creating {
  const ownServer = serverOf(context.userId);
  const create = async (wanted: NewRoom) => {
    const answer = await ask(sdk, "POST", "/createRoom", { body: creationBody(wanted, ownServer) });
    const roomId = asText(answer.room_id, 255);
    if (!roomId.startsWith("!")) throw new BadAnswer("a room without an id");
    const [other] = wanted.invite ?? [];
    if (wanted.isDirect && other !== undefined) await setDirect(roomId, other);
    if (wanted.parent !== undefined) {
      const body = { via: [ownServer] };
      await ask(sdk, "PUT", path`/rooms/${wanted.parent}/state/m.space.child/${roomId}`, { body });
    }
    return roomId;
  };
  const directRoom = (userId: string) => {
    const rooms = context
      .parts()
      .rooms.list.get()
      .filter((room) => {
        const isGood = room.directUser === userId && room.membership === "join" && room.successor === null;
        return isGood && room.joinedMembers + room.invitedMembers <= 2;
      });
    return (
      rooms.reduce((best, room) => (best.previewTime >= room.previewTime ? best : room), rooms[0]!)?.id ??
      null
    );
  };
  return {
    create,
    directRoom,
    startDirect: async (userId) =>
      directRoom(userId) ?? create({ invite: [userId], isDirect: true, isEncrypted: context.canEncrypt }),
  };
}

/**
 * Write the request.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
 */
export function creationBody(wanted: NewRoom, ownServer: string): JsonObject {
  const body: Record<string, unknown> = {
    preset:
      wanted.access === "public" ? "public_chat" : wanted.isDirect ? "trusted_private_chat" : "private_chat",
    visibility: wanted.isPublished ? "public" : "private",
    initial_state: initialState(wanted, ownServer),
    is_direct: wanted.isDirect ?? false,
    invite: wanted.invite ?? [],
    name: wanted.name?.trim(),
    topic: wanted.topic?.trim(),
    room_alias_name: wanted.aliasLocalpart,
    room_version: wanted.version,
    creation_content: {
      ...(wanted.isSpace ? { type: "m.space" } : {}),
      ...(wanted.isFederated === false ? { "m.federate": false } : {}),
    },
    // In a space only those who keep it send anything.
    power_level_content_override: wanted.isSpace ? { events_default: 100 } : {},
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !isEmpty(value)));
}

function initialState(wanted: NewRoom, ownServer: string): JsonObject[] {
  const state: JsonObject[] = [];
  const add = (type: string, content: JsonObject, stateKey = "") =>
    state.push({ type, state_key: stateKey, content });
  if (wanted.isEncrypted && !wanted.isSpace) add("m.room.encryption", { algorithm: MEGOLM });
  if (wanted.avatarUrl !== undefined) add("m.room.avatar", { url: wanted.avatarUrl });
  if (wanted.access === "knock") add("m.room.join_rules", { join_rule: "knock" });
  if (wanted.access === "restricted" && wanted.parent !== undefined) {
    const allow = [{ type: "m.room_membership", room_id: wanted.parent }];
    add("m.room.join_rules", { join_rule: "restricted", allow });
  }
  if (wanted.parent !== undefined)
    add("m.space.parent", { via: [ownServer], canonical: true }, wanted.parent);
  return state;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "") return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
