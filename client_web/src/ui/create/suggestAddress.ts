/** Return what a room of this name could be called in an address: small letters, digits, and hyphens between. */
export function suggestAddress(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.]+/gu, "-")
    .replace(/^[-.]+|-+$/g, "")
    .slice(0, 100);
}
