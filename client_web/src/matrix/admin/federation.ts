import { asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR, pathOf, SYNAPSE } from "./api";
import { asNumber, PAGE_SIZE, type Page, readPage } from "./page";

/** Another server. Times are milliseconds since the epoch; null: it is well, or not known. */
export interface Destination {
  readonly server: string;
  readonly failingSinceMs: number | null;
  readonly retryAtMs: number | null;
  readonly isRetryAsked: boolean;
  readonly failure: string;
  readonly behindSinceMs: number | null;
  /** How much waits for it; null: not counted. */
  readonly waiting: number | null;
  readonly lastAnswerMs: number | null;
  readonly roundTripMs: number | null;
}

export type DestinationState = "well" | "behind" | "failing";

/** One step of looking for a server. `works` is null for what is neither good nor bad. */
export interface ServerStep {
  readonly step: string;
  readonly works: boolean | null;
  readonly words: string;
  readonly tookMs: number | null;
}

export interface Destinations extends Page<Destination> {
  /** Whether this server talks with others at all. */
  readonly isEnabled: boolean;
}

/** Return a page of the other servers; those that fail come first. */
export async function listDestinations(
  api: AdminApi,
  term: string,
  onlyTroubled: boolean,
  from: number,
  limit = PAGE_SIZE,
): Promise<Destinations> {
  const query = { from, limit, search_term: term || undefined, troubled: onlyTroubled || undefined };
  const body = await api.get(`${PARLOUR}/federation/destinations`, query);
  return { ...readPage(body, "destinations", readDestination), isEnabled: body.enabled !== false };
}

/** Tell how a server does. */
export function stateOf(destination: Destination): DestinationState {
  if (destination.failingSinceMs !== null) return "failing";
  return destination.behindSinceMs === null ? "well" : "behind";
}

/** Have a server that fails tried again at once. */
export async function retryNow(api: AdminApi, server: string): Promise<void> {
  await api.post(`${pathOf(`${SYNAPSE}/v1/federation/destinations`, server)}/reset_connection`);
}

/** Look for a server step by step: from its name to its keys. */
export async function checkServer(api: AdminApi, server: string): Promise<readonly ServerStep[]> {
  const body = await api.get(pathOf(`${PARLOUR}/federation/check`, server));
  return asObjects(body.steps).map((step) => ({
    step: asText(step.step, 100),
    works: typeof step.works === "boolean" ? step.works : null,
    words: asText(step.words, 2_000),
    tookMs: asNumber(step.took_ms),
  }));
}

function readDestination(body: JsonObject): Destination {
  return {
    server: asText(body.server, 300),
    failingSinceMs: asNumber(body.failing_since_ms),
    retryAtMs: asNumber(body.retry_at_ms),
    isRetryAsked: body.retry_asked === true,
    failure: asText(body.failure, 1_000),
    behindSinceMs: asNumber(body.behind_since_ms),
    waiting: asNumber(body.waiting),
    lastAnswerMs: asNumber(body.last_answer_ms),
    roundTripMs: asNumber(body.round_trip_ms),
  };
}
