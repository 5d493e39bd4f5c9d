/** Words as they are compared: without case, accents and width. */

const MOST_WORDS = 10;
const LONGEST_WORD = 100;
/** So many different words of one message are kept. */
const MOST_KEPT = 300;
const QUOTED = /"([^"]+)"|(\S+)/gu;

/** Return text as it is compared. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}

/** Read what somebody typed: words, all of which have to be there; in quotation marks as they stand. */
export function parseWords(query: string): readonly string[] {
  const found = [...query.slice(0, 1_000).matchAll(QUOTED)].map(([, quoted, word]) =>
    fold(quoted ?? word ?? "")
      .trim()
      .replace(/^"+|"+$/g, "")
      .slice(0, LONGEST_WORD),
  );
  return [...new Set(found)].filter(Boolean).slice(0, MOST_WORDS);
}

/** Return the different words of a text, each as it is compared. */
export function wordsOf(text: string): readonly string[] {
  const found = fold(text).match(/[\p{L}\p{N}_]+/gu) ?? [];
  const words = new Set<string>();
  for (const word of found) {
    // Writing without spaces is found by its letters.
    if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}/u.test(word)) {
      for (const letter of word) words.add(letter);
    } else words.add(word.slice(0, LONGEST_WORD));
    if (words.size >= MOST_KEPT) break;
  }
  return [...words];
}

/** A part of an excerpt; `isFound` where it is what was looked for. */
export interface ExcerptPart {
  readonly text: string;
  readonly isFound: boolean;
}

const EXCERPT = 180;
const BEFORE = 50;

/** Return the part of a text around the first thing that was found, with all of what was found in it marked. */
export function excerpt(text: string, words: readonly string[]): readonly ExcerptPart[] {
  const { folded, places } = foldWithPlaces(text);
  const firsts = words.map((word) => folded.indexOf(word)).filter((at) => at >= 0);
  const first = places[Math.min(...firsts, folded.length)] ?? 0;
  const start = text.length > EXCERPT && firsts.length > 0 ? Math.max(0, first - BEFORE) : 0;
  const end = Math.min(text.length, start + EXCERPT);
  const isFound = new Uint8Array(text.length);
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      isFound.fill(1, places[at] ?? 0, (places[at + word.length - 1] ?? 0) + 1);
    }
  }
  const parts: { text: string; isFound: boolean }[] = [];
  for (let at = start; at < end; at += 1) {
    const found = isFound[at] === 1;
    const last = parts.at(-1);
    if (last?.isFound === found) last.text += text[at];
    else parts.push({ text: text[at]!, isFound: found });
  }
  if (start > 0) parts.unshift({ text: "…", isFound: false });
  if (end < text.length) parts.push({ text: "…", isFound: false });
  return parts;
}

/** Fold text, and say for each letter of that which one of the text it comes from. */
function foldWithPlaces(text: string): { readonly folded: string; readonly places: readonly number[] } {
  let folded = "";
  const places: number[] = [];
  let place = 0;
  for (const letter of text) {
    const part = fold(letter);
    folded += part;
    for (let at = 0; at < part.length; at += 1) places.push(place);
    place += letter.length;
  }
  return { folded, places };
}
