import type { MatrixClient } from "matrix-js-sdk";
import { asList, asObject, asObjects, asText, asTexts } from "../shapes";

/** What account data says of all rooms at once. */
export interface AccountIndex {
  /** Room id to the other person. */
  readonly direct: ReadonlyMap<string, string>;
  readonly muted: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
}

/** Read it; nothing that somebody wrote there wrongly does harm. */
export function readAccountIndex(sdk: MatrixClient): AccountIndex {
  const content = (type: string) => asObject(sdk.getAccountData(type as never)?.getContent());
  return {
    direct: directRooms(content("m.direct")),
    muted: mutedRooms(content("m.push_rules")),
    ignored: new Set(Object.keys(asObject(content("m.ignored_user_list").ignored_users))),
  };
}

function directRooms(content: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const rooms = new Map<string, string>();
  for (const [userId, roomIds] of Object.entries(content)) {
    for (const roomId of asTexts(roomIds)) if (!rooms.has(roomId)) rooms.set(roomId, userId);
  }
  return rooms;
}

/** Rooms with an override rule that keeps them quiet. */
function mutedRooms(content: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const rules = asObjects(asObject(content.global).override);
  return new Set(
    rules.filter((rule) => rule.enabled === true && isMute(rule)).map((rule) => asText(rule.rule_id)),
  );
}

function isMute(rule: Readonly<Record<string, unknown>>): boolean {
  const [condition, ...more] = asObjects(rule.conditions);
  if (condition === undefined || more.length > 0) return false;
  const ownRoom = condition.key === "room_id" && condition.pattern === rule.rule_id;
  return ownRoom && !asList(rule.actions).includes("notify");
}
