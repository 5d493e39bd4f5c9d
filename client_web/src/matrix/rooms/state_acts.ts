import type { MatrixClient } from "matrix-js-sdk";
import { ask, path } from "../ask";
import type { ClientContext } from "../context";
import { BadAnswer, NotAllowed } from "../errors";
import { serverOf } from "../names";
import { asObject, asText, asTexts, type JsonObject } from "../shapes";
import { contentOrNothing } from "./account_data";

/** Changing what is set in a room. The values change when sync says so. */
export interface StateActs {
  /** Everything that is set in a room now, as the server has it: for developers. */
  wholeState(roomId: string): Promise<readonly StateEntry[]>;
  setState(roomId: string, type: string, content: JsonObject, stateKey?: string): Promise<void>;
  setName(roomId: string, name: string): Promise<void>;
  setTopic(roomId: string, topic: string): Promise<void>;
  /** An mxc address; null takes the picture away. */
  setPicture(roomId: string, mxc: string | null): Promise<void>;
  /** `allowed`: rooms and spaces whose members may join, for restricted rules. */
  setJoinRule(roomId: string, rule: string, allowed?: readonly string[]): Promise<void>;
  setHistory(roomId: string, visibility: string): Promise<void>;
  setGuests(roomId: string, mayJoin: boolean): Promise<void>;
  /** Turn encryption on, for good. */
  encrypt(roomId: string): Promise<void>;
  /** Keep servers out; `*` and `?` stand for any characters. */
  setBannedServers(roomId: string, servers: readonly string[]): Promise<void>;
  /** Change power levels: members of the content, whose objects are merged; null takes one away. */
  setPowerLevels(roomId: string, changes: JsonObject): Promise<void>;
  /** Replace the room by one of another version, and return the new room's id. */
  upgrade(roomId: string, version: string): Promise<string>;
  /** The addresses that our server has for a room. */
  localAddresses(roomId: string): Promise<readonly string[]>;
  addAddress(roomId: string, address: string): Promise<void>;
  removeAddress(roomId: string, address: string): Promise<void>;
  setMainAddress(roomId: string, address: string | null): Promise<void>;
  isPublished(roomId: string): Promise<boolean>;
  setPublished(roomId: string, isPublished: boolean): Promise<void>;
  /** Tell the server's admins of a whole room. */
  reportRoom(roomId: string, reason: string): Promise<void>;
}

/** One thing that is set in a room: its event as it was sent. */
export interface StateEntry {
  readonly type: string;
  readonly stateKey: string;
  readonly event: JsonObject;
}

const ADDRESS = /^#[^\s:\0]+:[^\s]+$/;

/** Make it for one account's client. */
export function createStateActs(sdk: MatrixClient, context: ClientContext): StateActs {
  const wholeState: StateActs["wholeState"] = async (roomId) => {
    const events: readonly unknown[] = await sdk.roomState(roomId);
    const entries = events.map(asObject).map((event) => ({
      type: asText(event.type),
      stateKey: asText(event.state_key),
      event,
    }));
    return entries.sort(
      (one, other) => one.type.localeCompare(other.type) || one.stateKey.localeCompare(other.stateKey),
    );
  };
  const setState: StateActs["setState"] = async (roomId, type, content, stateKey = "") => {
    await ask(sdk, "PUT", path`/rooms/${roomId}/state/${type}/${stateKey}`, { body: content });
  };
  /** Sync may not have brought yet what was set a moment ago: what is changed is asked for first. */
  const change = async (roomId: string, type: string, how: (content: JsonObject) => JsonObject) => {
    const before = await contentOrNothing(ask(sdk, "GET", path`/rooms/${roomId}/state/${type}/`));
    await setState(roomId, type, how(before));
  };
  const ownServer = serverOf(context.userId);
  return {
    wholeState,
    setState,
    setName: (roomId, name) => setState(roomId, "m.room.name", { name: name.trim() }),
    setTopic: (roomId, topic) => setState(roomId, "m.room.topic", { topic: topic.trim() }),
    setPicture: (roomId, mxc) => setState(roomId, "m.room.avatar", mxc === null ? {} : { url: mxc }),
    setJoinRule: (roomId, rule, allowed = []) =>
      setState(roomId, "m.room.join_rules", joinRule(rule, allowed)),
    setHistory: (roomId, visibility) =>
      setState(roomId, "m.room.history_visibility", { history_visibility: visibility }),
    setGuests: (roomId, mayJoin) =>
      setState(roomId, "m.room.guest_access", { guest_access: mayJoin ? "can_join" : "forbidden" }),
    encrypt: (roomId) => setState(roomId, "m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" }),
    setBannedServers: (roomId, servers) =>
      change(roomId, "m.room.server_acl", (content) => serverAcl(content, servers, ownServer)),
    setPowerLevels: (roomId, changes) =>
      change(roomId, "m.room.power_levels", (content) => merged(content, changes)),
    upgrade: async (roomId, version) => {
      const answer = await ask(sdk, "POST", path`/rooms/${roomId}/upgrade`, {
        body: { new_version: version },
      });
      const replacement = asText(answer.replacement_room, 255);
      if (!replacement.startsWith("!")) throw new BadAnswer("an upgrade without a room");
      return replacement;
    },
    localAddresses: async (roomId) =>
      asTexts((await ask(sdk, "GET", path`/rooms/${roomId}/aliases`)).aliases),
    addAddress: async (roomId, address) => {
      if (!ADDRESS.test(address)) throw new NotAllowed("no address", "invalid_address");
      await ask(sdk, "PUT", path`/directory/room/${address}`, { body: { room_id: roomId } });
    },
    removeAddress: async (_roomId, address) => {
      await ask(sdk, "DELETE", path`/directory/room/${address}`);
    },
    setMainAddress: (roomId, address) =>
      change(roomId, "m.room.canonical_alias", (content) => withMain(content, address)),
    isPublished: async (roomId) =>
      (await ask(sdk, "GET", path`/directory/list/room/${roomId}`)).visibility === "public",
    setPublished: async (roomId, isPublished) => {
      const body = { visibility: isPublished ? "public" : "private" };
      await ask(sdk, "PUT", path`/directory/list/room/${roomId}`, { body });
    },
    reportRoom: async (roomId, reason) => {
      await ask(sdk, "POST", path`/rooms/${roomId}/report`, { body: { reason } });
    },
  };
}

function joinRule(rule: string, allowed: readonly string[]): JsonObject {
  if (rule !== "restricted" && rule !== "knock_restricted") return { join_rule: rule };
  return {
    join_rule: rule,
    allow: allowed.map((roomId) => ({ type: "m.room_membership", room_id: roomId })),
  };
}

/** The own server is never kept out: nobody could undo that from here. */
function serverAcl(content: JsonObject, servers: readonly string[], ownServer: string): JsonObject {
  const deny = [...new Set(servers.map((server) => server.trim().toLowerCase()).filter(Boolean))];
  if (deny.some((glob) => matchesGlob(ownServer, glob)))
    throw new NotAllowed("own server kept out", "own_server");
  return { allow_ip_literals: true, allow: ["*"], ...content, deny };
}

/** Tell whether a name fits a pattern with `*` and `?`. */
export function matchesGlob(name: string, glob: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "i").test(name);
}

/** Merge changes into content: objects into objects, null takes away. */
export function merged(content: JsonObject, changes: JsonObject): JsonObject {
  const made: Record<string, unknown> = { ...content };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete made[name];
    else if (typeof value === "object" && !Array.isArray(value))
      made[name] = merged(asObject(made[name]), asObject(value));
    else made[name] = value;
  }
  return made;
}

/** The main address before stays as another one. */
function withMain(content: JsonObject, address: string | null): JsonObject {
  const others = new Set([...asTexts(content.alt_aliases), asText(content.alias, 255)]);
  others.delete("");
  if (address !== null) others.delete(address);
  const alternatives = address === null ? asTexts(content.alt_aliases) : [...others];
  return {
    ...(address === null ? {} : { alias: address }),
    ...(alternatives.length > 0 ? { alt_aliases: alternatives } : {}),
  };
}
