import type { MatrixClient } from "matrix-js-sdk";
import { ask, errcodeOf, path } from "../ask";
import { BadAnswer } from "../errors";
import { cleanLines, safeName } from "../names";
import { asInteger, asObject, asObjects, asText, asTexts, type JsonObject } from "../shapes";
import type { Media } from "../types";
import { pictureOf } from "./summarize";

/** What a directory, a space or a server says of a room that one may not be in. */
export interface RoomPreview {
  readonly id: string;
  /** Never empty: the address or the id where there is no name. */
  readonly name: string;
  readonly topic: string;
  readonly avatar: Media | null;
  readonly alias: string;
  readonly members: number;
  readonly joinRule: string;
  readonly isSpace: boolean;
  readonly isWorldReadable: boolean;
  readonly isEncrypted: boolean;
  /** One's own: `join`, `invite` …; empty where it is none or was not said. */
  readonly membership: string;
}

export interface DirectoryPage {
  readonly rooms: readonly RoomPreview[];
  readonly next: string | null;
}

export interface DirectoryQuestion {
  readonly term?: string;
  /** Another server's directory than our own's. */
  readonly server?: string;
  readonly since?: string;
  readonly onlySpaces?: boolean;
}

/** Finding rooms: directories, addresses, a look before joining. */
export interface Directory {
  search(question: DirectoryQuestion): Promise<DirectoryPage>;
  /** Tell what a room is like before joining it, by id or address. */
  preview(room: string, via?: readonly string[]): Promise<RoomPreview>;
  /** Ask which room an address leads to, and which servers know it. */
  resolveAlias(alias: string): Promise<{ readonly roomId: string; readonly servers: readonly string[] }>;
  /** Ask which room versions the server makes: the default, and each that is stable. */
  roomVersions(): Promise<{ readonly recommended: string; readonly stable: readonly string[] }>;
}

const PAGE = 50;
const MOST = 500;
const V1 = "/_matrix/client/v1";

/** Make it for one account's client. */
export function createDirectory(sdk: MatrixClient): Directory {
  return {
    search: async ({ term = "", server, since, onlySpaces = false }) => {
      const filter = {
        ...(term ? { generic_search_term: term } : {}),
        ...(onlySpaces ? { room_types: ["m.space"] } : {}),
      };
      const body = { limit: PAGE, filter, ...(since ? { since } : {}) };
      const answer = await ask(sdk, "POST", "/publicRooms", { query: { server }, body });
      return { rooms: readPreviews(answer.chunk), next: asText(answer.next_batch) || null };
    },
    preview: async (room, via = []) => {
      const found = readPreview(await summary(sdk, room, via));
      if (found === null) throw new BadAnswer("a room without an id");
      return found;
    },
    resolveAlias: async (alias) => {
      const answer = await ask(sdk, "GET", path`/directory/room/${alias}`);
      const roomId = asText(answer.room_id, 255);
      if (!roomId.startsWith("!")) throw new BadAnswer("an address without a room");
      return { roomId, servers: asTexts(answer.servers).slice(0, 20) };
    },
    roomVersions: async () => {
      const answer = await ask(sdk, "GET", "/capabilities");
      const versions = asObject(asObject(answer.capabilities)["m.room_versions"]);
      const stable = Object.entries(asObject(versions.available)).filter(
        ([, stability]) => stability === "stable",
      );
      return {
        recommended: asText(versions.default, 100, "1"),
        stable: stable.map(([version]) => version).sort(byNumber),
      };
    },
  };
}

/** Read a list of rooms, leaving out what is none. */
export function readPreviews(value: unknown): readonly RoomPreview[] {
  const previews = asObjects(value).slice(0, MOST).map(readPreview);
  return previews.filter((preview): preview is RoomPreview => preview !== null);
}

/** Read what is said of a room; null where it is not even said which. */
export function readPreview(entry: JsonObject): RoomPreview | null {
  const id = asText(entry.room_id, 255);
  if (!id.startsWith("!")) return null;
  const alias = asText(entry.canonical_alias, 255);
  return {
    id,
    name: safeName(entry.name) || safeName(alias) || id,
    topic: cleanLines(entry.topic),
    avatar: pictureOf(entry.avatar_url),
    alias,
    members: Math.max(0, asInteger(entry.num_joined_members)),
    joinRule: asText(entry.join_rule, 50, "public"),
    isSpace: entry.room_type === "m.space",
    isWorldReadable: entry.world_readable === true,
    isEncrypted: typeof (entry.encryption ?? entry["im.nheko.summary.encryption"]) === "string",
    membership: asText(entry.membership, 20),
  };
}

async function summary(sdk: MatrixClient, room: string, via: readonly string[]): Promise<JsonObject> {
  const query = via.length === 0 ? {} : { via };
  try {
    return await ask(sdk, "GET", path`/room_summary/${room}`, { query, prefix: V1 });
  } catch (error) {
    if (errcodeOf(error) !== "M_UNRECOGNIZED") throw error;
    const prefix = "/_matrix/client/unstable/im.nheko.summary";
    return ask(sdk, "GET", path`/summary/${room}`, { query, prefix });
  }
}

function byNumber(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
