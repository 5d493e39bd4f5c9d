import { asInteger, asObject, asText, type JsonObject } from "../shapes";
import { type AdminApi, PARLOUR, pathOf, SYNAPSE } from "./api";
import { PAGE_SIZE, type Page, readPage } from "./page";

export type ReportKind = "event" | "user" | "room";

/** What somebody has reported. What does not belong to its kind is empty. */
export interface Report {
  readonly id: number;
  readonly kind: ReportKind;
  readonly receivedMs: number;
  readonly reporter: string;
  readonly reason: string;
  readonly roomId: string;
  readonly roomName: string;
  readonly eventId: string;
  /** Who sent the event, or is reported. */
  readonly about: string;
}

const LISTS: Readonly<Record<ReportKind, { readonly path: string; readonly key: string }>> = {
  event: { path: `${SYNAPSE}/v1/event_reports`, key: "event_reports" },
  user: { path: `${SYNAPSE}/v1/user_reports`, key: "user_reports" },
  room: { path: `${PARLOUR}/room_reports`, key: "room_reports" },
};

export async function listReports(api: AdminApi, kind: ReportKind, from: number): Promise<Page<Report>> {
  const { path, key } = LISTS[kind];
  const body = await api.get(path, { from, limit: PAGE_SIZE });
  return readPage(body, key, (item) => readReport(kind, item));
}

/** Return what a reported event says; null where it is encrypted or gone. */
export async function loadReportedText(api: AdminApi, report: Report): Promise<string | null> {
  const body = await api.get(pathOf(LISTS.event.path, String(report.id)));
  const event = asObject(body.event_json);
  const text = asText(asObject(event.content).body, 4_000);
  return event.type === "m.room.encrypted" || !text ? null : text;
}

/** Settle a report: it is forgotten. */
export async function settleReport(api: AdminApi, report: Report): Promise<void> {
  await api.delete(pathOf(LISTS[report.kind].path, String(report.id)));
}

function readReport(kind: ReportKind, body: JsonObject): Report {
  return {
    id: asInteger(body.id),
    kind,
    receivedMs: asInteger(body.received_ts),
    reporter: asText(body.user_id, 300),
    reason: asText(body.reason, 2_000),
    roomId: asText(body.room_id, 300),
    roomName: asText(body.name, 300) || asText(body.canonical_alias, 300) || asText(body.room_id, 300),
    eventId: asText(body.event_id, 300),
    about: asText(body.target_user_id, 300) || asText(body.sender, 300),
  };
}
