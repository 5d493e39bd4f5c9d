import { asInteger, asList, asObject, asObjects, asText, asTexts, type JsonObject } from "../shapes";
import { POLL_END, POLL_RESPONSE, relationTarget, relationType, type TimelineEvent } from "./event";
import type { RoomFacts } from "./surroundings";
import type { Poll } from "./values";

const MAX_ANSWERS = 20;
const MAX_TEXT = 1_000;
const UNSTABLE = "org.matrix.msc3381";
const UNSTABLE_TEXT = "org.matrix.msc1767.text";

/** What a poll asks. */
export interface Question {
  readonly text: string;
  readonly answers: readonly { readonly id: string; readonly text: string }[];
  readonly maxSelections: number;
  readonly isDisclosed: boolean;
}

/** Read the start of a poll, by its stable or its unstable names; nothing where it is malformed. */
export function readQuestion(content: JsonObject): Question | undefined {
  const poll = asObject(content["m.poll"] ?? content[`${UNSTABLE}.poll.start`]);
  const text = textOf(asObject(poll.question));
  const answers = answersOf(poll);
  if (!text || answers.length === 0) return undefined;
  return {
    text,
    answers,
    maxSelections: Math.min(Math.max(1, asInteger(poll.max_selections, 1)), answers.length),
    isDisclosed: poll.kind === "m.disclosed" || poll.kind === `${UNSTABLE}.poll.disclosed`,
  };
}

/** Count: everybody's newest vote until the end, which only who asked or who may remove messages can set. */
export function countVotes(
  start: TimelineEvent,
  question: Question,
  references: readonly TimelineEvent[],
  room: RoomFacts,
): Poll {
  const related = references.filter((event) => belongs(event, start, room));
  const end = endOf(start, related, room);
  const votes = votesOf(question, related, end);
  const counts = new Map(question.answers.map((answer) => [answer.id, 0]));
  for (const chosen of votes.values()) for (const id of chosen) counts.set(id, counts.get(id)! + 1);
  const most = Math.max(...counts.values());
  const isShown = question.isDisclosed || end !== undefined;
  const mine = votes.get(room.me) ?? [];
  return {
    question: question.text,
    answers: question.answers.map(({ id, text }) => ({
      id,
      text,
      votes: isShown ? counts.get(id)! : null,
      isMine: mine.includes(id),
      isWinner: end !== undefined && most > 0 && counts.get(id) === most,
    })),
    maxSelections: question.maxSelections,
    isDisclosed: question.isDisclosed,
    isEnded: end !== undefined,
    totalVotes: [...votes.values()].filter((chosen) => chosen.length > 0).length,
    canEnd:
      end === undefined &&
      !start.isLocal &&
      (start.sender === room.me || room.rights.mayRedact()) &&
      room.rights.maySend(start.type === "m.poll.start" ? "m.poll.end" : `${UNSTABLE}.poll.end`),
  };
}

function belongs(event: TimelineEvent, start: TimelineEvent, room: RoomFacts): boolean {
  return (
    relationType(event) === "m.reference" &&
    relationTarget(event) === start.id &&
    !event.isRedacted &&
    !room.isIgnored(event.sender)
  );
}

/** Give the first end that counts. */
function endOf(
  start: TimelineEvent,
  related: readonly TimelineEvent[],
  room: RoomFacts,
): TimelineEvent | undefined {
  const mayEnd = (userId: string): boolean =>
    userId === start.sender || room.rights.levelOf(userId) >= room.rights.power.levels.redact;
  return related.filter((event) => POLL_END.has(event.type) && mayEnd(event.sender)).sort(byAge)[0];
}

/** Give everybody's newest vote; one for an answer that does not exist is spoiled and counts as none. */
function votesOf(
  question: Question,
  related: readonly TimelineEvent[],
  end: TimelineEvent | undefined,
): ReadonlyMap<string, readonly string[]> {
  const newest = new Map<string, TimelineEvent>();
  for (const event of related) {
    if (!POLL_RESPONSE.has(event.type) || (end !== undefined && event.atMs > end.atMs)) continue;
    const known = newest.get(event.sender);
    if (known === undefined || byAge(event, known) >= 0) newest.set(event.sender, event);
  }
  return new Map([...newest].map(([sender, event]) => [sender, chosenBy(question, event)]));
}

function chosenBy(question: Question, event: TimelineEvent): readonly string[] {
  const unstable = asObject(event.content[`${UNSTABLE}.poll.response`]);
  const said = asTexts(event.content["m.selections"] ?? unstable.answers).slice(0, question.maxSelections);
  const known = new Set(question.answers.map((answer) => answer.id));
  const chosen = [...new Set(said)];
  return chosen.every((id) => known.has(id)) ? chosen : [];
}

function byAge(one: TimelineEvent, other: TimelineEvent): number {
  const order = Number(one.isLocal) - Number(other.isLocal) || one.atMs - other.atMs;
  return order || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

function answersOf(poll: JsonObject): Question["answers"] {
  const found = new Map<string, string>();
  for (const answer of asObjects(poll.answers)) {
    const id = asText(answer["m.id"], 255) || asText(answer.id, 255);
    const text = textOf(answer);
    if (id && text && !found.has(id) && found.size < MAX_ANSWERS) found.set(id, text);
  }
  return [...found].map(([id, text]) => ({ id, text }));
}

/** Read extensible text: `m.text` in its list form, or the unstable plain string. */
function textOf(block: JsonObject): string {
  for (const part of asList(block["m.text"])) {
    const { body, mimetype = "text/plain" } = asObject(part);
    if (typeof body === "string" && body && mimetype === "text/plain") return body.slice(0, MAX_TEXT);
  }
  return (
    asText(block["m.text"], MAX_TEXT) ||
    asText(block[UNSTABLE_TEXT], MAX_TEXT) ||
    asText(block.body, MAX_TEXT)
  );
}
