/** What a browser may be told a file is: pictures, sound and films that cannot run anything. */
const SAFE = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/apng",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "video/quicktime",
  "audio/mp4",
  "audio/webm",
  "audio/aac",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/wave",
  "audio/x-wav",
  "audio/flac",
  "audio/x-flac",
]);

/**
 * Return the type under which a file is handed to the browser. What its sender says counts only among the harmless;
 * of others, SVG and HTML above all, the browser learns nothing, so that nothing in them runs.
 */
export function shownAs(said: string, bytes: ArrayBuffer): string {
  const type = said.split(";", 1)[0]!.trim().toLowerCase();
  if (SAFE.has(type)) return type;
  return sniffed(new Uint8Array(bytes, 0, Math.min(16, bytes.byteLength))) ?? "application/octet-stream";
}

/** Tell whether a browser shows files of this type as a picture. */
export function isPicture(mime: string): boolean {
  return SAFE.has(mime) && mime.startsWith("image/");
}

function sniffed(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (text.startsWith("\u0089PNG\r\n")) return "image/png";
  if (text.startsWith("GIF8")) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}
