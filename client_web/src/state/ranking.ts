/** How well a name fits what somebody types. */

/**
 * Return 0 for a name that begins with the words, 1 where one of its words does, 2 where they are inside, 3 where
 * only their letters are there in order; undefined where nothing fits. Without words everything fits.
 */
export function rankOf(words: string, ...names: readonly string[]): number | undefined {
  const wanted = fold(words);
  if (wanted === "") return 0;
  const ranks = names.map((name) => rank(wanted, fold(name))).filter((each) => each !== undefined);
  return ranks.length === 0 ? undefined : Math.min(...ranks);
}

/** Return text without case and accents, so that it can be compared. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function rank(wanted: string, name: string): number | undefined {
  const at = name.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return /[\p{L}\p{N}]/u.test(name[at - 1] ?? "") ? 2 : 1;
  return wanted.length > 1 && hasInOrder(wanted, name) ? 3 : undefined;
}

function hasInOrder(letters: string, name: string): boolean {
  let from = 0;
  for (const letter of letters) {
    if (letter === " ") continue;
    const at = name.indexOf(letter, from);
    if (at < 0) return false;
    from = at + letter.length;
  }
  return true;
}
