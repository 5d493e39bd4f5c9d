/** Names on one line that cannot dress up as something else. Letters of every script stay. */

const MAX_NAME = 255;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is taken out by itself
  /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\u{1d173}-\u{1d17a}\u{e0000}-\u{e001f}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const BREAKS = /[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/** Combining marks in a row: more than any language writes. */
const PILED = /(\p{Mn}{4})\p{Mn}+/gu;
const VISIBLE = /[^\p{C}\p{Z}\p{M}]/u;

/** Return text without the characters that turn the direction of writing. */
export function withoutDirection(text: string): string {
  return text.replace(DIRECTION, "");
}

/** Return a name on one line of at most 255 characters; the fallback where nothing visible is left. */
export function safeName(name: unknown, fallback = ""): string {
  if (typeof name !== "string") return fallback;
  const clean = [...cleaned(name)].slice(0, MAX_NAME).join("").toWellFormed();
  return VISIBLE.test(clean) ? clean : fallback;
}

/** Return a name that a file may have on every system: no path, no hidden file, a short stem. */
export function safeFileName(name: string, fallback = "file"): string {
  const bare = cleaned(name)
    .replace(/[<>:"/\\|?*]/g, "_")
    .replace(/^[. ]+|[. ]+$/g, "");
  if (!VISIBLE.test(bare)) return fallback;
  const dot = bare.lastIndexOf(".");
  const extension = dot > 0 && bare.length - dot <= 17 ? bare.slice(dot) : "";
  return bare.slice(0, bare.length - extension.length).slice(0, 180) + extension;
}

/** Return text on one line of at most `limit` characters, cut at a word where there is one. */
export function oneLine(text: unknown, limit = 200): string {
  if (typeof text !== "string") return "";
  const line = withoutDirection(text.slice(0, limit * 8))
    .replace(BREAKS, " ")
    .trim();
  if (line.length <= limit) return line;
  const cut = line.slice(0, limit - 1).toWellFormed();
  const word = cut.lastIndexOf(" ");
  return `${(word > limit / 2 ? cut.slice(0, word) : cut).trimEnd()}…`;
}

/** Return text of several lines, each cleaned as a name is, without more than one empty line in a row. */
export function cleanLines(text: unknown, limit = 4_000): string {
  if (typeof text !== "string") return "";
  const lines = text
    .slice(0, limit)
    .split("\n")
    .map((line) => withoutDirection(line).replace(BREAKS, " ").trim());
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Return the server of an id; empty where it names none, as ids of rooms of version 12 do. */
export function serverOf(id: string): string {
  const colon = id.indexOf(":");
  return colon < 0 ? "" : id.slice(colon + 1);
}

function cleaned(name: string): string {
  return withoutDirection(name.slice(0, MAX_NAME * 8))
    .replace(INVISIBLE, "")
    .replace(PILED, "$1")
    .replace(BREAKS, " ")
    .trim();
}
