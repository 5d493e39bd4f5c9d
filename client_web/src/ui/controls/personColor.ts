const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const COLORS = 8;

/** Return which of the people's colours an id has: FNV-1a over its UTF-16 units, as every client of ours does. */
export function personIndex(id: string): number {
  let value = OFFSET_BASIS;
  for (let at = 0; at < id.length; at += 1) {
    value = Math.imul(value ^ id.charCodeAt(at), PRIME) >>> 0;
  }
  return value % COLORS;
}

/** Return the first letter of a name, in capitals; a leading # or @ does not count. */
export function initialOf(name: string): string {
  const letters = name.replace(/^[\s#@!]+/, "") || name;
  const first = segmenter.segment(letters)[Symbol.iterator]().next();
  return first.done ? "?" : first.value.segment.toUpperCase();
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
