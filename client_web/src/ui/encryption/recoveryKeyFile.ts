/** More is no file of a recovery key. */
export const MAX_KEY_FILE_BYTES = 16 * 1024;

/** Find the recovery key in a file that was saved when it was made; empty where there is none. */
export function keyInFile(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.find((line) => line.startsWith("Es")) ?? lines.find((line) => line !== "") ?? "";
}
