/**
 * What people choose: how much one room notifies, which kinds of things do, which words.
 *
 * Every choice is a few changes of rules; what a choice is now is read from the rules, so that it agrees with what
 * other clients set.
 */
import { asList, asObject, asObjects, asText, type JsonObject } from "../shapes";

export type RuleKind = "override" | "content" | "room" | "sender" | "underride";

/** A push rule as the server has it. */
export interface PushRule {
  readonly kind: RuleKind;
  readonly id: string;
  readonly isDefault: boolean;
  readonly isEnabled: boolean;
  readonly actions: readonly unknown[];
  readonly pattern: string;
  readonly conditions: readonly JsonObject[];
}

export type RuleSet = readonly PushRule[];

/** `default`: as the account's settings say for rooms of its kind. */
export type RoomLevel = "default" | "all" | "mentions" | "mute";

/** Kinds of things that notify or do not, in all rooms. */
export type Topic =
  | "direct"
  | "rooms"
  | "mention"
  | "room_mention"
  | "invite"
  | "call"
  | "notice"
  | "upgrade";
export const TOPICS: readonly Topic[] = [
  "direct",
  "rooms",
  "mention",
  "room_mention",
  "invite",
  "notice",
  "call",
  "upgrade",
];

/** `loud`: with a sound. */
export type Loudness = "off" | "on" | "loud";

/** One request to the server: make a rule, delete it (`body` null), turn it on or off, or give it other actions. */
export interface RuleChange {
  readonly kind: RuleKind;
  readonly id: string;
  readonly body?: object | null;
  readonly isEnabled?: boolean;
  readonly actions?: readonly unknown[];
}

const KINDS: readonly RuleKind[] = ["override", "content", "room", "sender", "underride"];
const SOUND = ["notify", { set_tweak: "sound", value: "default" }];
const HIGHLIGHT = [...SOUND, { set_tweak: "highlight" }];
const LONGEST_KEYWORD = 100;
const MOST_RULES = 5_000;

const TOPIC_RULES: Readonly<Record<Topic, readonly (readonly [RuleKind, string])[]>> = {
  direct: [
    ["underride", ".m.rule.room_one_to_one"],
    ["underride", ".m.rule.encrypted_room_one_to_one"],
  ],
  rooms: [
    ["underride", ".m.rule.message"],
    ["underride", ".m.rule.encrypted"],
  ],
  mention: [["override", ".m.rule.is_user_mention"]],
  room_mention: [["override", ".m.rule.is_room_mention"]],
  invite: [["override", ".m.rule.invite_for_me"]],
  call: [["underride", ".m.rule.call"]],
  notice: [["override", ".m.rule.suppress_notices"]],
  upgrade: [["override", ".m.rule.tombstone"]],
};
const HIGHLIGHTED: ReadonlySet<Topic> = new Set(["mention", "room_mention", "upgrade"]);

/** Read `m.push_rules`; what is no rule is left out. */
export function readRules(content: unknown): RuleSet {
  const global = asObject(asObject(content).global);
  return KINDS.flatMap((kind) =>
    asObjects(global[kind])
      .slice(0, MOST_RULES)
      .map((rule) => ({
        kind,
        id: asText(rule.rule_id, 1_000),
        isDefault: rule.default === true,
        isEnabled: rule.enabled !== false,
        actions: asList(rule.actions),
        pattern: asText(rule.pattern, 1_000),
        conditions: asObjects(rule.conditions),
      })),
  ).filter((rule) => rule.id !== "");
}

/** Read how much a room notifies. */
export function roomLevel(rules: RuleSet, roomId: string): RoomLevel {
  const override = find(rules, "override", roomId);
  if (override?.isEnabled && isMute(override)) return "mute";
  const room = find(rules, "room", roomId);
  if (!room?.isEnabled) return "default";
  return notifies(room) ? "all" : "mentions";
}

/** Rooms that have a level of their own. */
export function roomsWithLevel(rules: RuleSet): readonly string[] {
  const ids = rules
    .filter((rule) => rule.kind === "room" || (rule.kind === "override" && isMute(rule)))
    .map(({ id }) => id);
  return [...new Set(ids)].filter((id) => roomLevel(rules, id) !== "default");
}

/** Give what to change so that a room notifies this much. */
export function setRoomLevel(rules: RuleSet, roomId: string, level: RoomLevel): readonly RuleChange[] {
  if (level === "mute") {
    const conditions = [{ kind: "event_match", key: "room_id", pattern: roomId }];
    return [{ kind: "override", id: roomId, body: { conditions, actions: [] } }];
  }
  const changes: RuleChange[] = [];
  if (find(rules, "override", roomId)) changes.push({ kind: "override", id: roomId, body: null });
  if (level !== "default")
    return [...changes, { kind: "room", id: roomId, body: { actions: level === "all" ? SOUND : [] } }];
  if (find(rules, "room", roomId)) changes.push({ kind: "room", id: roomId, body: null });
  return changes;
}

/** Read how loud a kind of things is; of rules that differ, the first counts. */
export function topicLoudness(rules: RuleSet, topic: Topic): Loudness {
  const [kind, id] = TOPIC_RULES[topic][0]!;
  const rule = find(rules, kind, id);
  // That rule is what keeps bots quiet.
  if (topic === "notice") return rule?.isEnabled ? "off" : "on";
  if (!rule?.isEnabled || !notifies(rule)) return "off";
  return rule.actions.some((action) => asObject(action).set_tweak === "sound") ? "loud" : "on";
}

/** Give what to change so that a kind of things is this loud. */
export function setTopic(rules: RuleSet, topic: Topic, loudness: Loudness): readonly RuleChange[] {
  const known = TOPIC_RULES[topic].filter(([kind, id]) => find(rules, kind, id));
  const isOn = topic === "notice" ? loudness === "off" : loudness !== "off";
  if (topic === "notice" || loudness === "off")
    return known.map(([kind, id]) => ({ kind, id, isEnabled: isOn }));
  const actions = [
    "notify",
    ...(loudness === "loud" ? [{ set_tweak: "sound", value: topic === "call" ? "ring" : "default" }] : []),
    ...(HIGHLIGHTED.has(topic) ? [{ set_tweak: "highlight" }] : []),
  ];
  return known.flatMap(([kind, id]): RuleChange[] => {
    const rule = find(rules, kind, id)!;
    const isSame = JSON.stringify(rule.actions) === JSON.stringify(actions);
    return [
      ...(isSame ? [] : [{ kind, id, actions }]),
      ...(rule.isEnabled ? [] : [{ kind, id, isEnabled: true }]),
    ];
  });
}

/** Give the words that count as a mention. */
export function keywords(rules: RuleSet): readonly string[] {
  return rules
    .filter((rule) => rule.kind === "content" && rule.isEnabled && !rule.isDefault && notifies(rule))
    .map((rule) => rule.pattern)
    .filter(Boolean);
}

/** Give what to change so that a word counts as a mention; nothing where it is empty or there. */
export function addKeyword(rules: RuleSet, text: string): readonly RuleChange[] {
  const word = text.trim().slice(0, LONGEST_KEYWORD);
  const isKnown = keywords(rules).some((known) => known.toLowerCase() === word.toLowerCase());
  if (word === "" || isKnown) return [];
  const id = word.toLowerCase().replace(/[/\\]/g, "").replace(/^\.+/, "").slice(0, 100) || "keyword";
  return [{ kind: "content", id, body: { pattern: word, actions: HIGHLIGHT } }];
}

/** Give what to change so that a word is nothing special. */
export function removeKeyword(rules: RuleSet, word: string): readonly RuleChange[] {
  return rules
    .filter(
      (rule) =>
        rule.kind === "content" && !rule.isDefault && rule.pattern.toLowerCase() === word.toLowerCase(),
    )
    .map(({ kind, id }) => ({ kind, id, body: null }));
}

/** Tell whether nothing notifies at all. */
export function isSilent(rules: RuleSet): boolean {
  return find(rules, "override", ".m.rule.master")?.isEnabled ?? false;
}

/** Tell whether an invitation is worth a notification. */
export function tellsInvites(rules: RuleSet): boolean {
  const rule = find(rules, "override", ".m.rule.invite_for_me");
  return !isSilent(rules) && rule !== undefined && rule.isEnabled && notifies(rule);
}

function find(rules: RuleSet, kind: RuleKind, id: string): PushRule | undefined {
  return rules.find((rule) => rule.kind === kind && rule.id === id);
}

function notifies(rule: PushRule): boolean {
  return rule.actions.includes("notify");
}

/** Tell whether an override rule silences the room it is named after. */
function isMute(rule: PushRule): boolean {
  const [condition, ...more] = rule.conditions;
  return (
    more.length === 0 && condition?.key === "room_id" && condition.pattern === rule.id && !notifies(rule)
  );
}
