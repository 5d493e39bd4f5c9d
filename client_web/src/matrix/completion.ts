import { t, type WordId } from "../words";
import { commandUsage, matchingCommands } from "./commands";
import { findEmoji } from "./emoji";
import type { ImagePack } from "./outbox/imagePacks";
import type { MemberSummary, RoomSummary } from "./types";

/** What is being completed: the sign, what follows it, and where the sign stands. */
export interface CompletionQuery {
  readonly sign: "@" | "#" | ":" | "/";
  readonly words: string;
  readonly start: number;
}

/** One offer; `insert` replaces what was typed from the sign on. */
export interface Completion {
  readonly key: string;
  readonly sign: CompletionQuery["sign"];
  readonly title: string;
  readonly detail: string;
  readonly insert: string;
  readonly emoji?: string;
  /** mxc of a picture to show, of an image pack. */
  readonly picture?: string;
  readonly member?: MemberSummary;
  readonly room?: RoomSummary;
}

const MOST = 8;
const TRIGGER = /(?:^|(?<=[\s([{>]))([@#:/])([^\s@#:]{0,64})$/;

/** Return what stands before the cursor, if it asks for completion; a command only at the very beginning. */
export function queryAt(text: string, cursor: number): CompletionQuery | undefined {
  const found = TRIGGER.exec(text.slice(0, cursor));
  if (found === null) return undefined;
  const [sign, words] = [found[1] as CompletionQuery["sign"], found[2]!];
  if ((sign === "/" && found.index !== 0) || (sign === ":" && words.length < 2)) return undefined;
  return { sign, words, start: found.index };
}

/** Return people of the room whose name or id fits, those whose name begins so first; `@room` where it may be said. */
export function completePeople(
  words: string,
  members: readonly MemberSummary[],
  me: string,
  mayNotifyRoom: boolean,
): readonly Completion[] {
  const people = ranked(
    members.filter((member) => member.membership === "join" && member.userId !== me),
    (member) => rankOf(words, member.name, member.userId.slice(1)),
    (member) => member.name,
  ).map((member) => ({
    key: member.userId,
    sign: "@" as const,
    title: member.name,
    detail: member.userId,
    insert: `@${member.name}`,
    member,
  }));
  const everybody = {
    key: "@room",
    sign: "@" as const,
    title: "@room",
    detail: t("chat.complete_room"),
    insert: "@room",
  };
  return (mayNotifyRoom && "room".startsWith(words.toLowerCase()) ? [...people, everybody] : people).slice(
    0,
    MOST,
  );
}

/** Return rooms that have an address, by name or address. */
export function completeRooms(words: string, rooms: readonly RoomSummary[]): readonly Completion[] {
  const named = rooms.filter((room) => room.alias !== null);
  return ranked(
    named,
    (room) => rankOf(words, room.name, room.alias!.slice(1)),
    (room) => room.name,
  ).map((room) => ({
    key: room.id,
    sign: "#",
    title: room.name,
    detail: room.alias!,
    insert: room.alias!,
    room,
  }));
}

/** Return pictures of image packs that are meant as emoji, then emoji, by shortcode or by words. */
export function completeEmoji(words: string, packs: readonly ImagePack[]): readonly Completion[] {
  const pictures = packs.flatMap((pack) =>
    pack.images
      .filter((image) => image.isEmoticon && rankOf(words, image.shortcode) !== undefined)
      .map((image) => ({
        key: `${pack.key}/${image.shortcode}`,
        sign: ":" as const,
        title: image.shortcode,
        detail: pack.name,
        insert: `:${image.shortcode}:`,
        picture: image.mxc,
      })),
  );
  const emoji = findEmoji(words, MOST).map((each) => ({
    key: each.text,
    sign: ":" as const,
    title: each.name,
    detail: each.shortcodes[0] ? `:${each.shortcodes[0]}:` : "",
    insert: each.text,
    emoji: each.text,
  }));
  return [...pictures.slice(0, MOST), ...emoji].slice(0, MOST);
}

/** Return slash commands whose name begins so. */
export function completeCommands(words: string): readonly Completion[] {
  return matchingCommands(words)
    .slice(0, MOST * 2)
    .map((spec) => ({
      key: `/${spec.name}`,
      sign: "/",
      title: commandUsage(spec),
      detail: t(`command.${spec.name}` as WordId),
      insert: `/${spec.name}`,
    }));
}

/** Return how well words fit: 0 a name begins so, 1 a word in it does, 2 it holds it; nothing: not at all. */
export function rankOf(words: string, ...names: readonly string[]): number | undefined {
  const wanted = words.toLocaleLowerCase();
  let best: number | undefined;
  for (const name of names) {
    const folded = name.toLocaleLowerCase();
    const rank = folded.startsWith(wanted)
      ? 0
      : folded.split(/[\s\-_.:]+/).some((part) => part.startsWith(wanted))
        ? 1
        : folded.includes(wanted)
          ? 2
          : undefined;
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

function ranked<T>(
  all: readonly T[],
  rank: (one: T) => number | undefined,
  name: (one: T) => string,
): readonly T[] {
  return all
    .map((one) => ({ one, rank: rank(one) }))
    .filter((found): found is { one: T; rank: number } => found.rank !== undefined)
    .sort((first, second) => first.rank - second.rank || name(first.one).localeCompare(name(second.one)))
    .slice(0, MOST)
    .map(({ one }) => one);
}
