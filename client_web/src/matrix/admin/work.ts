import { asInteger, asObjects, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR } from "./api";
import { asNumber } from "./page";

export type WorkStatus = "scheduled" | "active" | "complete" | "failed" | "cancelled";

/** One piece of work in the background. */
export interface Work {
  readonly key: string;
  readonly kind: string;
  /** The room, person or server that it is about. */
  readonly subject: string;
  /** What the room is called, else the subject. */
  readonly name: string;
  readonly status: WorkStatus;
  readonly done: number;
  /** How much there is, or is left; null: nobody knows. */
  readonly total: number | null;
  readonly left: number | null;
  readonly error: string;
  readonly createdMs: number | null;
  readonly finishedMs: number | null;
}

/** Return what goes on in the background, then what ended lately. */
export async function listWork(api: AdminApi): Promise<readonly Work[]> {
  return asObjects((await api.get(`${PARLOUR}/work`)).work).map(readWork);
}

/** Tell whether work is not over yet. */
export function isUnderWay(work: Work): boolean {
  return work.status === "active" || work.status === "scheduled";
}

/** Return how far work is, from 0 to 1; null where nobody knows. */
export function shareDone(work: Work): number | null {
  if (work.total === null || work.total <= 0) return null;
  return Math.min(1, Math.max(0, work.done / work.total));
}

function readWork(body: JsonObject): Work {
  const [kind, subject] = [asText(body.kind, 100), asText(body.subject, 300)];
  return {
    key: asText(body.job_id, 100) || `${kind} ${subject}`,
    kind,
    subject,
    name: asText(body.name, 300) || subject,
    status: readStatus(asText(body.status)),
    done: asInteger(body.done),
    total: asNumber(body.total),
    left: asNumber(body.left),
    error: asText(body.error, 1_000),
    createdMs: asNumber(body.created_ms),
    finishedMs: asNumber(body.finished_ms),
  };
}

function readStatus(text: string): WorkStatus {
  const known: readonly WorkStatus[] = ["scheduled", "active", "complete", "failed", "cancelled"];
  return known.find((status) => status === text) ?? "active";
}
