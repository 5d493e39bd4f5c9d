import { asInteger, asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR, pathOf, SYNAPSE } from "./api";
import { readSpace, type Space } from "./overview";
import { asNumber, PAGE_SIZE, type Page, readPage } from "./page";

/** A file of this server, or its copy of another server's. */
export interface MediaFile {
  readonly origin: string;
  readonly id: string;
  /** Who uploaded it; empty for copies. */
  readonly userId: string;
  readonly type: string;
  readonly name: string;
  readonly bytes: number;
  readonly createdMs: number;
  readonly lastAccessMs: number | null;
  readonly isQuarantined: boolean;
}

export type MediaOrder = "created" | "size" | "last_access";
export type MediaKind = "all" | "local" | "remote" | "quarantined";

export interface MediaUse {
  readonly userId: string;
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** How much space files take, and how long they are kept; null: for ever. */
export interface MediaSpace extends Space {
  readonly localKeptMs: number | null;
  readonly remoteKeptMs: number | null;
}

/** Return a page of files: the newest, the largest, or those that nobody has asked for longest. */
export async function listMedia(
  api: AdminApi,
  kind: MediaKind,
  order: MediaOrder,
  from: number,
): Promise<Page<MediaFile>> {
  const query = {
    from,
    limit: PAGE_SIZE,
    order_by: order,
    dir: order === "last_access" ? "f" : "b",
    local: kind === "local" ? true : kind === "remote" ? false : undefined,
    quarantined: kind === "quarantined" ? true : undefined,
  };
  return readPage(await api.get(`${PARLOUR}/media`, query), "media", readFile);
}

export async function loadMediaSpace(api: AdminApi): Promise<MediaSpace> {
  const body = await api.get(`${PARLOUR}/media/space`);
  return {
    ...readSpace(body),
    localKeptMs: asNumber(body.local_media_kept_ms),
    remoteKeptMs: asNumber(body.remote_media_kept_ms),
  };
}

/** Return who has uploaded most. */
export async function listMediaUse(api: AdminApi): Promise<readonly MediaUse[]> {
  const query = { order_by: "media_length", dir: "b", limit: 10 };
  const body = await api.get(`${SYNAPSE}/v1/statistics/users/media`, query);
  return asObjects(body.users).map((user) => ({
    userId: asText(user.user_id),
    name: asText(user.displayname, 300) || asText(user.user_id),
    files: asInteger(user.media_count),
    bytes: asInteger(user.media_length),
  }));
}

export async function setQuarantined(api: AdminApi, file: MediaFile, quarantined: boolean): Promise<void> {
  const act = quarantined ? "quarantine" : "unquarantine";
  await api.post(pathOf(`${SYNAPSE}/v1/media/${act}`, file.origin, file.id));
}

export async function deleteMedia(api: AdminApi, file: MediaFile): Promise<void> {
  await api.delete(pathOf(`${SYNAPSE}/v1/media`, file.origin, file.id));
}

/** Delete copies of other servers' files that nobody has asked for since a time; return how many. */
export async function purgeRemoteMedia(api: AdminApi, beforeMs: number): Promise<number> {
  const body = await api.post(`${SYNAPSE}/v1/purge_media_cache?before_ts=${Math.floor(beforeMs)}`);
  return asInteger(body.deleted);
}

/** Have what has had its time deleted now; false where that is under way already. */
export async function runRetention(api: AdminApi): Promise<boolean> {
  return (await api.post(`${PARLOUR}/retention/run`)).job_id !== null;
}

function readFile(body: JsonObject): MediaFile {
  return {
    origin: asText(body.origin),
    id: asText(body.media_id),
    userId: asText(body.user_id),
    type: asText(body.media_type, 200),
    name: asText(body.upload_name, 300),
    bytes: asInteger(body.size_bytes),
    createdMs: asInteger(body.created_ms),
    lastAccessMs: asNumber(body.last_access_ms),
    isQuarantined: body.quarantined === true,
  };
}
