import { asInteger, asObject, asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR } from "./api";
import { asNumber } from "./page";

/** The whole server at one time. */
export interface Sample {
  readonly atMs: number;
  readonly messagesPerSecond: number;
  /** null: nothing was delivered then. */
  readonly deliveryMs: number | null;
  readonly online: number;
  readonly memoryBytes: number;
}

export interface Space {
  readonly databaseBytes: number;
  readonly mediaBytes: number;
  /** Of the disk that both are on; null where they are elsewhere. */
  readonly diskBytes: number | null;
  readonly diskFreeBytes: number | null;
  readonly localFiles: number;
  readonly localBytes: number;
  readonly remoteFiles: number;
  readonly remoteBytes: number;
  readonly quarantinedFiles: number;
}

export interface Worker {
  readonly name: string;
  readonly online: number;
  readonly memoryBytes: number;
}

export interface Overview {
  readonly serverName: string;
  /** Under which people reach the server; empty where that is not configured. */
  readonly baseUrl: string;
  readonly version: string;
  readonly history: readonly Sample[];
  readonly workers: readonly Worker[];
  readonly space: Space;
}

/** Return the server at a glance. */
export async function loadOverview(api: AdminApi): Promise<Overview> {
  const body = await api.get(`${PARLOUR}/overview`);
  return {
    serverName: asText(body.server_name),
    baseUrl: asText(body.base_url, 1_000).replace(/\/+$/, ""),
    version: asText(body.version),
    history: asObjects(body.history).map(readSample),
    workers: asObjects(body.workers).map((worker) => ({
      name: asText(worker.name),
      online: asInteger(worker.online),
      memoryBytes: asInteger(worker.memory_bytes),
    })),
    space: readSpace(asObject(body.space)),
  };
}

/** Read how much space things take. */
export function readSpace(body: JsonObject): Space {
  const media = asObject(body.media);
  const [local, remote, disk] = [asObject(media.local), asObject(media.remote), asObject(body.disk)];
  return {
    databaseBytes: asInteger(body.database_bytes),
    mediaBytes: asInteger(body.media_bytes),
    diskBytes: asNumber(disk.total_bytes),
    diskFreeBytes: asNumber(disk.free_bytes),
    localFiles: asInteger(local.files),
    localBytes: asInteger(local.bytes),
    remoteFiles: asInteger(remote.files),
    remoteBytes: asInteger(remote.bytes),
    quarantinedFiles: asInteger(media.quarantined_files),
  };
}

function readSample(body: JsonObject): Sample {
  return {
    atMs: asInteger(body.at_ms),
    messagesPerSecond: asNumber(body.messages_per_s) ?? 0,
    deliveryMs: asNumber(body.delivery_ms),
    online: asInteger(body.online),
    memoryBytes: asInteger(body.memory_bytes),
  };
}
