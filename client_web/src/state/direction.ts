import type { Language } from "../words";

export type Direction = "ltr" | "rtl";

/** Languages that are written from right to left; `?dir=rtl` in the address turns the page round for those who try. */
const RIGHT_TO_LEFT: readonly string[] = ["ar", "fa", "he", "ur"];

const tried = new URLSearchParams(location.search).get("dir");

/** Return which way the page reads in a language. */
export function directionOf(language: Language): Direction {
  if (tried === "rtl" || tried === "ltr") return tried;
  return RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** Return by how much an arrow key goes on along a line as the page reads: 1, -1, or 0 for any other key. */
export function stepAlong(key: string): -1 | 0 | 1 {
  const isTurned = document.documentElement.dir === "rtl";
  if (key === "ArrowRight") return isTurned ? -1 : 1;
  if (key === "ArrowLeft") return isTurned ? 1 : -1;
  return 0;
}
