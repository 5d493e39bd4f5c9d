import type { Rights } from "../../matrix/rooms";
import type { LevelName } from "../../matrix/rooms/permissions";
import type { JsonObject } from "../../matrix/shapes";
import type { WordId } from "../../words";

export type PermissionGroup = "messages" | "people" | "room" | "space";

export const GROUP_WORDS: Readonly<Record<PermissionGroup, WordId>> = {
  messages: "dialogs.permissions_group_messages",
  people: "dialogs.permissions_group_people",
  room: "dialogs.permissions_group_room",
  space: "dialogs.permissions_group_space",
};

/** One thing that takes a level: how the power levels name it, and which words do. */
export interface Act {
  readonly word: WordId;
  readonly group: PermissionGroup;
  /** A member of the content, the type of an event or of state, or a kind of notification. */
  readonly what:
    | { readonly kind: "level"; readonly name: LevelName }
    | { readonly kind: "event" | "state"; readonly name: string }
    | { readonly kind: "notify" };
}

const level = (word: WordId, group: PermissionGroup, name: LevelName): Act => ({
  word,
  group,
  what: { kind: "level", name },
});
const event = (word: WordId, group: PermissionGroup, name: string): Act => ({
  word,
  group,
  what: { kind: "event", name },
});
const state = (word: WordId, group: PermissionGroup, name: string): Act => ({
  word,
  group,
  what: { kind: "state", name },
});

const MESSAGES: readonly Act[] = [
  level("dialogs.permission_events_default", "messages", "events_default"),
  event("dialogs.permission_reaction", "messages", "m.reaction"),
  event("dialogs.permission_redaction", "messages", "m.room.redaction"),
  level("dialogs.permission_redact", "messages", "redact"),
  state("dialogs.permission_pinned", "messages", "m.room.pinned_events"),
  event("dialogs.permission_poll", "messages", "m.poll.start"),
  { word: "dialogs.permission_notify_room", group: "messages", what: { kind: "notify" } },
];
const PEOPLE: readonly Act[] = [
  level("dialogs.permission_users_default", "people", "users_default"),
  level("dialogs.permission_invite", "people", "invite"),
  level("dialogs.permission_kick", "people", "kick"),
  level("dialogs.permission_ban", "people", "ban"),
];
const ROOM: readonly (readonly [WordId, string])[] = [
  ["dialogs.permission_name", "m.room.name"],
  ["dialogs.permission_avatar", "m.room.avatar"],
  ["dialogs.permission_topic", "m.room.topic"],
  ["dialogs.permission_canonical_alias", "m.room.canonical_alias"],
  ["dialogs.permission_join_rules", "m.room.join_rules"],
  ["dialogs.permission_history_visibility", "m.room.history_visibility"],
  ["dialogs.permission_encryption", "m.room.encryption"],
  ["dialogs.permission_image_packs", "m.room.image_pack"],
  ["dialogs.permission_server_acl", "m.room.server_acl"],
  ["dialogs.permission_power_levels", "m.room.power_levels"],
  ["dialogs.permission_tombstone", "m.room.tombstone"],
];
const NOT_OF_SPACES = new Set<string>(["m.room.encryption", "m.room.image_pack"]);

/** Everything that takes a level in a room or in a space. */
export function actsOf(isSpace: boolean): readonly Act[] {
  const group = isSpace ? "space" : "room";
  const settings = ROOM.filter(([, type]) => !isSpace || !NOT_OF_SPACES.has(type));
  return [
    ...(isSpace ? [] : MESSAGES),
    ...PEOPLE,
    ...(isSpace ? [state("dialogs.permission_space_child", "space", "m.space.child")] : []),
    ...settings.map(([word, type]) => state(word, group, type)),
    level("dialogs.permission_state_default", group, "state_default"),
  ];
}

/** The level that something takes now. */
export function levelOf({ what }: Act, rights: Rights): number {
  switch (what.kind) {
    case "level":
      return rights.power.levels[what.name];
    case "event":
      return rights.levelToSend(what.name);
    case "state":
      return rights.levelToSet(what.name);
    case "notify":
      return rights.power.notifyRoom;
  }
}

/** What to change in the power levels so that something takes this level. */
export function changeOf({ what }: Act, wanted: number): JsonObject {
  if (what.kind === "level") return { [what.name]: wanted };
  if (what.kind === "notify") return { notifications: { room: wanted } };
  return { events: { [what.name]: wanted } };
}
