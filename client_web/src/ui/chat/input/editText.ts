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
export function quote(now: Edited): Edited {
  return beginLines(now, "> ");
}

/** Make each of the selected lines an entry of a list. */
export function list(now: Edited): Edited {
  return beginLines(now, "- ");
}

/** Change what is selected, and keep it selected with its signs: a second time takes them away again. */
export function keepSelected(change: (now: Edited) => Edited): (now: Edited) => Edited {
  return (now) => {
    const next = change(now);
    return { ...next, start: now.start, end: now.end + next.text.length - now.text.length };
  };
}

function beginLines({ text, start, end }: Edited, sign: string): Edited {
  const begin = text.lastIndexOf("\n", start - 1) + 1;
  const lines = text.slice(begin, end).split("\n");
  const isBegun = lines.every((line) => line.startsWith(sign));
  const next = lines.map((line) => (isBegun ? line.slice(sign.length) : sign + line)).join("\n");
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
