import { oneLine, safeName } from "../../names";
import { asObject, asText, type JsonObject } from "../../shapes";
import type { TimelineEvent } from "../event";
import type { Surroundings } from "../surroundings";
import type { Builder } from "./fields";

/** The word, and the names that go with it. */
type Sentence = readonly [string, ...string[]];

const WITH_REASON = new Set([
  "left",
  "removed",
  "banned",
  "unbanned",
  "knocked",
  "invited",
  "invite_declined",
]);

/** Say what became of somebody; nothing where the event changes nothing. */
export const buildMembership: Builder = (event, content, around) => {
  const sentence = sentenceOf(event, content, around);
  if (sentence === null) return null;
  const [word, ...args] = sentence;
  const reason = oneLine(content.reason);
  const explained = reason !== "" && WITH_REASON.has(word);
  return {
    kind: "membership",
    word: explained ? `${word}_reason` : word,
    args: explained ? [...args, reason] : args,
    verificationId: null,
  };
};

function sentenceOf(event: TimelineEvent, content: JsonObject, around: Surroundings): Sentence | null {
  const was = asText(event.previous.membership, 20) || "leave";
  const now = asText(content.membership, 20);
  const actor = around.room.person(event.sender).name;
  const target = around.room.person(event.stateKey ?? "").name;
  const isItself = event.sender === event.stateKey;
  if (now === "join")
    return was === "join" ? profileChange(target, content, event.previous) : ["joined", target];
  if (now === "leave") return departure(was, actor, target, isItself);
  if (now === was) return null;
  if (now === "invite") return invitation(actor, target, content);
  if (now === "ban") return ["banned", actor, target];
  return now === "knock" ? ["knocked", target] : null;
}

function departure(was: string, actor: string, target: string, isItself: boolean): Sentence {
  if (was === "ban") return ["unbanned", actor, target];
  if (was === "invite") return isItself ? ["invite_declined", target] : ["invite_withdrawn", actor, target];
  if (was === "knock") return isItself ? ["knock_withdrawn", target] : ["knock_denied", actor, target];
  return isItself ? ["left", target] : ["removed", actor, target];
}

function invitation(actor: string, target: string, content: JsonObject): Sentence {
  const name = safeName(asObject(content.third_party_invite).display_name);
  return name ? ["invite_accepted", target, name] : ["invited", actor, target];
}

function profileChange(target: string, content: JsonObject, before: JsonObject): Sentence | null {
  const [was, now] = [safeName(before.displayname), safeName(content.displayname)];
  if (was !== now) {
    if (!now) return ["name_removed", was];
    return was ? ["renamed", was, now] : ["name_chosen", target, now];
  }
  if (before.avatar_url === content.avatar_url) return null;
  return [content.avatar_url ? "picture_changed" : "picture_removed", target];
}
