import { oneLine, safeName } from "../../names";
import { asInteger, asList, asObject, asText, asTexts, type JsonObject } from "../../shapes";
import type { TimelineEvent } from "../event";
import type { Surroundings } from "../surroundings";
import type { Builder } from "./fields";
import { buildUnknown } from "./others";

/** The word, and what goes with it beside the name of who did it, which always comes first. */
type Sentence = readonly [string, ...string[]];
type Describe = (event: TimelineEvent, content: JsonObject, around: Surroundings) => Sentence;

/** Say what changed, by whom. */
export const buildState: Builder = (event, content, around) => {
  const describe = Object.hasOwn(DESCRIBED, event.type) ? DESCRIBED[event.type] : undefined;
  if (describe === undefined) return buildUnknown(event, content, around);
  const [word, ...args] = describe(event, content, around);
  const actor = around.room.person(event.sender).name;
  return { kind: "state", word, args: [actor, ...args.map((each) => oneLine(each))], verificationId: null };
};

const JOIN_RULES: Readonly<Record<string, string>> = {
  public: "join_public",
  invite: "join_invite",
  knock: "join_knock",
  restricted: "join_restricted",
  knock_restricted: "join_restricted",
};
const HISTORY: Readonly<Record<string, string>> = {
  world_readable: "history_world",
  shared: "history_shared",
  invited: "history_invited",
  joined: "history_joined",
};

const DESCRIBED: Readonly<Record<string, Describe>> = {
  "m.room.create": created,
  "m.room.name": (_event, content) => setOrRemoved(content.name, "room_named", "room_name_removed"),
  "m.room.topic": (_event, content) => setOrRemoved(topicOf(content), "topic_changed", "topic_removed"),
  "m.room.avatar": (_event, content) => [content.url ? "room_picture_changed" : "room_picture_removed"],
  "m.room.canonical_alias": alias,
  "m.room.join_rules": (_event, content) => chosen(content.join_rule, JOIN_RULES, "join_changed"),
  "m.room.history_visibility": (_event, content) =>
    chosen(content.history_visibility, HISTORY, "history_changed"),
  "m.room.guest_access": (_event, content) =>
    content.guest_access === "can_join" ? ["guests_allowed"] : ["guests_forbidden"],
  "m.room.encryption": () => ["encryption_on"],
  "m.room.power_levels": levels,
  "m.room.pinned_events": pins,
  "m.room.server_acl": () => ["servers_changed"],
  "m.room.tombstone": () => ["upgraded"],
  "m.room.third_party_invite": thirdPartyInvite,
  "m.space.child": (event, content, around) => related("child", event, content, around),
  "m.space.parent": (event, content, around) => related("parent", event, content, around),
  "m.room.image_pack": () => ["images_changed"],
  "im.ponies.room_emotes": () => ["images_changed"],
  "m.policy.rule.user": () => ["policies_changed"],
  "m.policy.rule.room": () => ["policies_changed"],
  "m.policy.rule.server": () => ["policies_changed"],
};

function created(_event: TimelineEvent, content: JsonObject): Sentence {
  if (content.type === "m.space") return ["space_created"];
  return [content.predecessor ? "continued" : "created"];
}

function setOrRemoved(value: unknown, changed: string, removed: string): Sentence {
  const text = asText(value, 1_000).trim();
  return text ? [changed, text] : [removed];
}

function chosen(value: unknown, words: Readonly<Record<string, string>>, otherwise: string): Sentence {
  const key = asText(value, 50);
  return [Object.hasOwn(words, key) ? words[key]! : otherwise];
}

function topicOf(content: JsonObject): string {
  const rich = asObject(asList(asObject(content["m.topic"])["m.text"])[0]);
  return asText(content.topic, 1_000) || asText(rich.body, 1_000);
}

function alias(event: TimelineEvent, content: JsonObject): Sentence {
  const [now, before] = [asText(content.alias, 255), asText(event.previous.alias, 255)];
  if (now === before) return ["aliases_changed"];
  return now ? ["alias_changed", now] : ["alias_removed"];
}

/** Name who may more or less now where it is one person; otherwise say that rights changed. */
function levels(event: TimelineEvent, content: JsonObject, around: Surroundings): Sentence {
  const before = event.previous;
  const [was, now] = [asObject(before.users), asObject(content.users)];
  const people = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter((id) => was[id] !== now[id]);
  const [userId] = people;
  if (userId === undefined || people.length !== 1 || Object.keys(before).length === 0)
    return ["levels_changed"];
  const from = asInteger(was[userId], asInteger(before.users_default));
  const to = asInteger(now[userId], asInteger(content.users_default));
  return ["level_changed", around.room.person(userId).name, `${from}`, `${to}`];
}

function pins(event: TimelineEvent, content: JsonObject): Sentence {
  const [was, now] = [new Set(asTexts(event.previous.pinned)), new Set(asTexts(content.pinned))];
  const [added, taken] = [[...now].some((id) => !was.has(id)), [...was].some((id) => !now.has(id))];
  if (added && !taken) return ["pinned"];
  return [taken && !added ? "unpinned" : "pins_changed"];
}

function thirdPartyInvite(event: TimelineEvent, content: JsonObject): Sentence {
  const name = safeName(content.display_name) || safeName(event.previous.display_name);
  return [content.public_key ? "address_invited" : "address_uninvited", name];
}

function related(
  kind: "child" | "parent",
  event: TimelineEvent,
  content: JsonObject,
  around: Surroundings,
): Sentence {
  const name = around.room.roomName(event.stateKey ?? "");
  return [Array.isArray(content.via) ? `${kind}_added` : `${kind}_removed`, name];
}
