import { ApiError } from "../errors";
import { asInteger, asObjects, asText, asTexts, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR, pathOf, SYNAPSE } from "./api";
import { asNumber, PAGE_SIZE, type Page, readPage } from "./page";
import { loadRoom } from "./rooms";

/** An account of this server. */
export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly isGuest: boolean;
  readonly isLocked: boolean;
  readonly isSuspended: boolean;
  readonly isDeactivated: boolean;
  readonly isShadowBanned: boolean;
  readonly createdMs: number;
  readonly lastSeenMs: number | null;
  readonly emails: readonly string[];
}

export type PeopleFilter = "all" | "admins" | "locked" | "deactivated";

export interface PersonDevice {
  readonly id: string;
  readonly name: string;
  readonly lastSeenMs: number | null;
  readonly address: string;
}

export interface NewPerson {
  readonly localpart: string;
  readonly name: string;
  readonly password: string;
  readonly isAdmin: boolean;
}

export interface RoomOfPerson {
  readonly id: string;
  readonly name: string;
}

const NAMED = 20;

/** Return a page of the accounts whose name or id holds a term. */
export async function listPeople(
  api: AdminApi,
  term: string,
  filter: PeopleFilter,
  from: number,
): Promise<Page<Person>> {
  const body = await api.get(`${SYNAPSE}/v3/users`, {
    from,
    limit: PAGE_SIZE,
    name: term || undefined,
    admins: filter === "admins" ? true : undefined,
    locked: filter === "all" || filter === "locked" ? true : undefined,
    deactivated: filter === "deactivated",
    ...(filter === "locked" && { order_by: "locked", dir: "b" }),
  });
  const page = readPage(body, "users", readPerson);
  if (filter !== "locked") return page;
  const items = page.items.filter((person) => person.isLocked);
  return { items, total: items.length };
}

export async function loadPerson(api: AdminApi, userId: string): Promise<Person> {
  return readPerson(await api.get(pathOf(`${SYNAPSE}/v2/users`, userId)));
}

/** Make an account; its user id comes back. */
export async function createPerson(api: AdminApi, serverName: string, person: NewPerson): Promise<string> {
  const userId = `@${person.localpart}:${serverName}`;
  await api.put(pathOf(`${SYNAPSE}/v2/users`, userId), {
    password: person.password,
    admin: person.isAdmin,
    ...(person.name && { displayname: person.name }),
  });
  return userId;
}

export async function setAdmin(api: AdminApi, userId: string, isAdmin: boolean): Promise<void> {
  await api.put(`${pathOf(`${SYNAPSE}/v1/users`, userId)}/admin`, { admin: isAdmin });
}

/** Let a person read but not write, or write again. */
export async function setSuspended(api: AdminApi, userId: string, isSuspended: boolean): Promise<void> {
  await api.put(pathOf(`${SYNAPSE}/v1/suspend`, userId), { suspend: isSuspended });
}

/** Shut a person out until further notice, or let them in again. */
export async function setLocked(api: AdminApi, userId: string, isLocked: boolean): Promise<void> {
  await api.put(pathOf(`${SYNAPSE}/v2/users`, userId), { locked: isLocked });
}

/** Close an account for good; with `erase`, what was sent is hidden from who joins later. */
export async function deactivate(api: AdminApi, userId: string, erase: boolean): Promise<void> {
  await api.post(pathOf(`${SYNAPSE}/v1/deactivate`, userId), { erase });
}

export async function resetPassword(
  api: AdminApi,
  userId: string,
  password: string,
  signOut: boolean,
): Promise<void> {
  await api.post(pathOf(`${SYNAPSE}/v1/reset_password`, userId), {
    new_password: password,
    logout_devices: signOut,
  });
}

/** Have all that a person has sent redacted, in the background. */
export async function redactAll(api: AdminApi, userId: string): Promise<void> {
  await api.post(`${pathOf(`${SYNAPSE}/v1/user`, userId)}/redact`, { rooms: [] });
}

export async function listDevices(api: AdminApi, userId: string): Promise<readonly PersonDevice[]> {
  const body = await api.get(`${pathOf(`${SYNAPSE}/v2/users`, userId)}/devices`);
  return asObjects(body.devices)
    .map((device) => ({
      id: asText(device.device_id),
      name: asText(device.display_name, 200) || asText(device.device_id),
      lastSeenMs: asNumber(device.last_seen_ts),
      address: asText(device.last_seen_ip, 100),
    }))
    .sort((one, other) => (other.lastSeenMs ?? 0) - (one.lastSeenMs ?? 0));
}

export async function signOutDevice(api: AdminApi, userId: string, deviceId: string): Promise<void> {
  await api.delete(pathOf(`${pathOf(`${SYNAPSE}/v2/users`, userId)}/devices`, deviceId));
}

/** Return the rooms that a person is in; the first of them by name, the others by id. */
export async function listRoomsOf(api: AdminApi, userId: string): Promise<readonly RoomOfPerson[]> {
  const body = await api.get(`${pathOf(`${SYNAPSE}/v1/users`, userId)}/joined_rooms`);
  const ids = asTexts(body.joined_rooms);
  const named = await Promise.all(ids.slice(0, NAMED).map((id) => nameRoom(api, id)));
  return [...named, ...ids.slice(NAMED).map((id) => ({ id, name: id }))];
}

/** Return the rooms that new people are joined to. */
export async function listDefaultRooms(api: AdminApi): Promise<readonly DefaultRoom[]> {
  return readDefaultRooms(await api.get(`${PARLOUR}/default_rooms`));
}

export async function setDefaultRooms(
  api: AdminApi,
  rooms: readonly string[],
): Promise<readonly DefaultRoom[]> {
  return readDefaultRooms(await api.put(`${PARLOUR}/default_rooms`, { rooms }));
}

/** A room that new people are joined to, as it is named. */
export interface DefaultRoom {
  readonly room: string;
  readonly name: string;
  /** Set in the configuration file, so not to be changed here. */
  readonly isConfigured: boolean;
  readonly problem: "not_found" | "not_public" | null;
}

function readDefaultRooms(body: JsonObject): readonly DefaultRoom[] {
  return asObjects(body.rooms).map((room) => ({
    room: asText(room.room),
    name: asText(room.name),
    isConfigured: room.configured === true,
    problem: room.problem === "not_found" || room.problem === "not_public" ? room.problem : null,
  }));
}

function readPerson(body: JsonObject): Person {
  const userId = asText(body.name);
  const threepids = asObjects(body.threepids).filter((threepid) => threepid.medium === "email");
  return {
    userId,
    name: asText(body.displayname, 300) || userId.slice(1).split(":")[0] || userId,
    isAdmin: isSet(body.admin),
    isGuest: isSet(body.is_guest),
    isLocked: isSet(body.locked),
    isSuspended: isSet(body.suspended),
    isDeactivated: isSet(body.deactivated),
    isShadowBanned: isSet(body.shadow_banned),
    createdMs: asInteger(body.creation_ts),
    lastSeenMs: asNumber(body.last_seen_ts),
    emails: threepids.map((threepid) => asText(threepid.address, 320)),
  };
}

/** Flags are booleans or, in older answers, 0 and 1. */
function isSet(value: unknown): boolean {
  return value === true || value === 1;
}

async function nameRoom(api: AdminApi, id: string): Promise<RoomOfPerson> {
  try {
    return { id, name: (await loadRoom(api, id)).name };
  } catch (error) {
    if (error instanceof ApiError) return { id, name: id }; // gone meanwhile
    throw error;
  }
}
