/** Return a name for a picture of a pack after its file: letters and digits, and no name that is taken. */
export function nameOfFile(fileName: string, taken: readonly { readonly shortcode: string }[]): string {
  const base =
    fileName
      .replace(/\.[^.]*$/, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 60) || "picture";
  const names = new Set(taken.map((image) => image.shortcode));
  if (!names.has(base)) return base;
  for (let number = 2; ; number += 1) if (!names.has(`${base}_${number}`)) return `${base}_${number}`;
}
