import { asInteger, asObject, asObjects, asText, asTexts, type JsonObject } from "../shapes";
import { type AdminApi, pathOf, SYNAPSE } from "./api";
import { PAGE_SIZE, type Page, readPage } from "./page";

/** A room that this server knows. */
export interface AdminRoom {
  readonly id: string;
  readonly name: string;
  readonly alias: string;
  readonly topic: string;
  readonly members: number;
  readonly localMembers: number;
  readonly version: string;
  readonly creator: string;
  readonly isEncrypted: boolean;
  readonly isPublished: boolean;
  readonly isSpace: boolean;
  readonly joinRule: string;
  readonly historyVisibility: string;
  readonly stateEvents: number;
}

export type RoomOrder = "name" | "joined_members" | "joined_local_members" | "state_events";

/** One entry of a room's current state. */
export interface StateEntry {
  readonly type: string;
  readonly key: string;
  readonly sender: string;
  readonly json: string;
}

/** How a room is closed. */
export interface ShutDown {
  /** Shown in the room that its people are moved to; without it they only leave. */
  readonly message: string;
  readonly block: boolean;
  readonly purge: boolean;
}

/** Return a page of the rooms whose name, address or id holds a term. */
export async function listRooms(
  api: AdminApi,
  term: string,
  order: RoomOrder,
  from: number,
): Promise<Page<AdminRoom>> {
  const query = {
    from,
    limit: PAGE_SIZE,
    order_by: order,
    dir: "f",
    search_term: term || undefined,
  };
  return readPage(await api.get(`${SYNAPSE}/v1/rooms`, query), "rooms", readRoom);
}

export async function loadRoom(api: AdminApi, roomId: string): Promise<AdminRoom> {
  return readRoom(await api.get(pathOf(`${SYNAPSE}/v1/rooms`, roomId)));
}

export async function listMembers(api: AdminApi, roomId: string): Promise<readonly string[]> {
  return asTexts((await api.get(`${pathOf(`${SYNAPSE}/v1/rooms`, roomId)}/members`)).members);
}

export async function listState(api: AdminApi, roomId: string): Promise<readonly StateEntry[]> {
  const body = await api.get(`${pathOf(`${SYNAPSE}/v1/rooms`, roomId)}/state`);
  return asObjects(body.state)
    .map((event) => ({
      type: asText(event.type, 300),
      key: asText(event.state_key, 300),
      sender: asText(event.sender, 300),
      json: JSON.stringify(event.content ?? {}, null, 2).slice(0, 50_000),
    }))
    .sort((one, other) => one.type.localeCompare(other.type) || one.key.localeCompare(other.key));
}

/** Tell whether a room is closed to the people of this server. */
export async function isBlocked(api: AdminApi, roomId: string): Promise<boolean> {
  return (await api.get(`${pathOf(`${SYNAPSE}/v1/rooms`, roomId)}/block`)).block === true;
}

export async function setBlocked(api: AdminApi, roomId: string, block: boolean): Promise<void> {
  await api.put(`${pathOf(`${SYNAPSE}/v1/rooms`, roomId)}/block`, { block });
}

/** Have a room closed, in the background. */
export async function shutDown(api: AdminApi, roomId: string, how: ShutDown): Promise<void> {
  const moved = how.message && { new_room_user_id: api.session.userId, message: how.message };
  await api.delete(pathOf(`${SYNAPSE}/v2/rooms`, roomId), {
    block: how.block,
    purge: how.purge,
    ...(moved || {}),
  });
}

/** Have the messages of a room before a time deleted, in the background. */
export async function purgeHistory(
  api: AdminApi,
  roomId: string,
  beforeMs: number,
  ownToo: boolean,
): Promise<void> {
  await api.post(pathOf(`${SYNAPSE}/v1/purge_history`, roomId), {
    purge_up_to_ts: beforeMs,
    delete_local_events: ownToo,
  });
}

/** Give somebody of this server the say in a room. */
export async function makeRoomAdmin(api: AdminApi, roomId: string, userId: string): Promise<void> {
  await api.post(`${pathOf(`${SYNAPSE}/v1/rooms`, roomId)}/make_room_admin`, { user_id: userId });
}

function readRoom(body: JsonObject): AdminRoom {
  const id = asText(body.room_id);
  const alias = asText(body.canonical_alias, 300);
  return {
    id,
    alias,
    name: asText(body.name, 300) || alias || id,
    topic: asText(body.topic, 1_000),
    members: asInteger(body.joined_members),
    localMembers: asInteger(body.joined_local_members),
    version: asText(body.version, 30),
    creator: asText(body.creator, 300),
    isEncrypted: asText(body.encryption) !== "",
    isPublished: body.public === true,
    isSpace: asText(asObject(body).room_type) === "m.space",
    joinRule: asText(body.join_rules, 100),
    historyVisibility: asText(body.history_visibility, 100),
    stateEvents: asInteger(body.state_events),
  };
}
