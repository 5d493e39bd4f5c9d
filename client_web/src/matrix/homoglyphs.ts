import tableUrl from "unhomoglyph/data.json?url";

/** Letters that look like others, and what they look like; empty until it was loaded. */
let table: ReadonlyMap<string, string> = new Map();

/**
 * Load the table that tells names apart which only look the same. It is data, and large: the built SDK finds it
 * here instead of having it in its code.
 */
export async function loadHomoglyphs(): Promise<void> {
  const response = await fetch(tableUrl);
  table = new Map(Object.entries((await response.json()) as Record<string, string>));
}

/** Return what a text looks like; with it, the SDK finds members whose names cannot be told apart. */
export default function unhomoglyph(text: string): string {
  let result = "";
  for (const character of text) result += table.get(character) ?? character;
  return result;
}
