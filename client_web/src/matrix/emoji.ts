import { currentLanguage } from "../words";

export interface Emoji {
  readonly text: string;
  readonly group: number;
  /** In the language of the interface. */
  readonly name: string;
  readonly shortcodes: readonly string[];
  /** The same in five skin tones, light to dark; empty where it has none. */
  readonly tones: readonly string[];
}

export interface EmojiGroup {
  readonly key: string;
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

type Row = readonly [string, number, string, string, string[], string[], string[], string[]];
interface Table {
  readonly groups: readonly {
    readonly number: number;
    readonly key: string;
    readonly en: string;
    readonly de: string;
  }[];
  readonly emoji: readonly Row[];
}

/** So many emoji alone are shown large. */
const MAX_BIG = 12;
const SHORTCODE = /(?<![\p{L}\p{N}_:])(?<!!\[):([a-z0-9_+-]{2,40}):(?![\p{L}\p{N}_])/gu;
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
const ONE_EMOJI =
  /^(?:\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|\p{Emoji}(?:\p{EMod}|\ufe0f)?[\u{e0020}-\u{e007f}]*(?:\u200d\p{Emoji}(?:\p{EMod}|\ufe0f)?)*)/u;

let table: Table | undefined;
let codes: ReadonlyMap<string, string> = new Map();

/** Load the table of emoji; everything else here answers with nothing until that is done. */
export async function loadEmoji(): Promise<void> {
  if (table !== undefined) return;
  const loaded = (await import("@shared/emoji.json")).default as unknown as Table;
  table = loaded;
  codes = new Map(loaded.emoji.flatMap((row) => row[4].map((code) => [code, row[0]] as const)).reverse());
}

/** Return all emoji as a picker shows them. */
export function emojiGroups(): readonly EmojiGroup[] {
  if (table === undefined) return [];
  const { emoji } = table;
  return table.groups.map((group) => ({
    key: group.key,
    name: group[currentLanguage()],
    emoji: emoji.filter((row) => row[1] === group.number).map(emojiOf),
  }));
}

/** Return emoji that fit: shortcodes that begin so first, then words of their name, then further words. */
export function findEmoji(words: string, limit = 20): readonly Emoji[] {
  const wanted = words
    .toLocaleLowerCase()
    .trim()
    .replace(/^:+|:+$/g, "")
    .replaceAll("-", "_");
  if (!wanted || table === undefined) return [];
  const ranked: { rank: number; length: number; row: Row }[] = [];
  for (const row of table.emoji) {
    const rank = rankOf(row, wanted);
    if (rank !== undefined) ranked.push({ rank, length: row[4][0]?.length ?? 99, row });
  }
  ranked.sort((one, other) => one.rank - other.rank || one.length - other.length);
  return ranked.slice(0, limit).map(({ row }) => emojiOf(row));
}

/** Return text with every `:shortcode:` that exists as its emoji, but in code and in names of pictures. */
export function replaceShortcodes(text: string): string {
  const parts = text.split(CODE);
  return parts
    .map((part, index) =>
      index % 2 ? part : part.replace(SHORTCODE, (whole, code: string) => codes.get(code) ?? whole),
    )
    .join("");
}

/** Tell whether a text is one to twelve emoji and nothing else but spaces. */
export function isOnlyEmoji(text: string): boolean {
  if (text.length > 400) return false;
  let rest = text.replace(/\s+/g, "");
  if (!rest || /^[\p{L}\p{N}]{2}/u.test(rest)) return false;
  for (let count = 0; rest; count += 1) {
    const match = ONE_EMOJI.exec(rest);
    if (match === null || count >= MAX_BIG || isPlainSign(match[0])) return false;
    rest = rest.slice(match[0].length);
  }
  return true;
}

/** Digits, #, ©, ™ and their like are text unless the writer says otherwise. */
function isPlainSign(emoji: string): boolean {
  return !/\p{EPres}|\ufe0f|\u20e3|\p{RI}/u.test(emoji) && emoji.codePointAt(0)! < 0x2190;
}

function emojiOf(row: Row): Emoji {
  return {
    text: row[0],
    group: row[1],
    name: currentLanguage() === "de" ? row[3] : row[2],
    shortcodes: row[4],
    tones: row[7],
  };
}

function rankOf(row: Row, wanted: string): number | undefined {
  if (row[4].includes(wanted)) return 0;
  if (row[4].some((code) => code.startsWith(wanted))) return 1;
  const german = currentLanguage() === "de";
  const words = (german ? row[3] : row[2]).toLocaleLowerCase().split(" ");
  const beginsSo = (word: string): boolean => word.startsWith(wanted);
  if (words.some(beginsSo) || row[5].some(beginsSo) || (german && row[6].some(beginsSo))) return 2;
  return row[4].some((code) => code.includes(wanted)) ? 3 : undefined;
}
