/** A text and what is selected of it. */
export interface Edited {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Put a sign of Markdown around what is selected, or take it away where it stands already. */
export function wrap({ text, start, end }: Edited, sign: string): Edited {
  const chosen = text.slice(start, end);
  const length = sign.length;
  const isWrapped = chosen.length >= 2 * length && chosen.startsWith(sign) && chosen.endsWith(sign);
  const next = isWrapped ? chosen.slice(length, -length) : `${sign}${chosen}${sign}`;
  const cursor = start + next.length - (chosen ? 0 : length);
  return { text: text.slice(0, start) + next + text.slice(end), start: cursor, end: cursor };
}

/** Make the selected lines a quotation. */
export function quote({ text, start, end }: Edited): Edited {
  const begin = text.lastIndexOf("\n", start - 1) + 1;
  const lines = text.slice(begin, end).split("\n");
  const next = lines.map((line) => `> ${line}`).join("\n");
  const cursor = begin + next.length;
  return { text: text.slice(0, begin) + next + text.slice(end), start: cursor, end: cursor };
}

/** Make the selection a link; the cursor stands where the address goes. */
export function link({ text, start, end }: Edited): Edited {
  const chosen = text.slice(start, end);
  const cursor = chosen ? start + chosen.length + 3 : start + 1;
  return { text: `${text.slice(0, start)}[${chosen}]()${text.slice(end)}`, start: cursor, end: cursor };
}

/** Put text where the cursor stands, in place of what is selected. */
export function insert({ text, start, end }: Edited, added: string): Edited {
  const cursor = start + added.length;
  return { text: text.slice(0, start) + added + text.slice(end), start: cursor, end: cursor };
}
