/** What a camera writes into a picture beside it: place, time, device. */

const JPEG = [0xff, 0xd8];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG_TRACES: ReadonlySet<string> = new Set(["eXIf", "tEXt", "zTXt", "iTXt", "tIME"]);
const WEBP_TRACES: ReadonlySet<string> = new Set(["EXIF", "XMP "]);
/** Which bits of a WebP's head say that there are such parts. */
const WEBP_HAS_TRACES = 0x0c;
const QUALITY = 0.92;

/**
 * Return a picture without its traces. A photograph that lies on its side is drawn anew, since what says so is one
 * of them; all others keep every pixel. What is no picture, or none that can be read, comes back as it is.
 */
export async function withoutTraces(file: File): Promise<File> {
  if (!/^image\/(?:jpeg|png|webp)$/.test(file.type)) return file;
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (begins(bytes, JPEG)) {
    return orientationOf(bytes) > 1 ? await drawnAnew(file) : asFile(file, cutJpeg(bytes));
  }
  if (begins(bytes, PNG)) return asFile(file, cutPng(bytes));
  return textAt(bytes, 8, 4) === "WEBP" ? asFile(file, cutWebp(bytes)) : file;
}

/** Return the parts of a JPEG that are the picture; null if it cannot be read. */
export function cutJpeg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const kept = [bytes.subarray(0, 2)];
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === 0xda) return [...kept, bytes.subarray(start)];
    // APP1 holds EXIF and XMP, APP13 captions, COM remarks; APP2 is colors and stays.
    if (marker !== 0xe1 && marker !== 0xed && marker !== 0xfe) kept.push(bytes.subarray(start, end));
  }
  return null;
}

/** Return how a JPEG says that it lies: 1 is upright, as is one that says nothing. */
export function orientationOf(bytes: Uint8Array<ArrayBuffer>): number {
  for (const { marker, start, end } of segments(bytes)) {
    if (marker === 0xda) break;
    if (marker === 0xe1 && textAt(bytes, start + 4, 4) === "Exif") {
      return orientationIn(new DataView(bytes.buffer, bytes.byteOffset + start + 10, end - start - 10));
    }
  }
  return 1;
}

function orientationIn(exif: DataView): number {
  if (exif.byteLength < 8) return 1;
  const little = exif.getUint16(0) === 0x4949;
  const table = exif.getUint32(4, little);
  if (table + 2 > exif.byteLength) return 1;
  const count = exif.getUint16(table, little);
  for (let entry = 0; entry < count; entry += 1) {
    const at = table + 2 + 12 * entry;
    if (at + 12 > exif.byteLength) break;
    if (exif.getUint16(at, little) === 0x0112) return exif.getUint16(at + 8, little);
  }
  return 1;
}

function* segments(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<{ marker: number; start: number; end: number }> {
  let start = 2;
  while (start + 4 <= bytes.length && bytes[start] === 0xff) {
    const marker = bytes[start + 1]!;
    const end = start + 2 + (bytes[start + 2]! << 8) + bytes[start + 3]!;
    if (end > bytes.length) return;
    yield { marker, start, end };
    start = end;
  }
}

/** Return the parts of a PNG that are the picture; null if it cannot be read. */
export function cutPng(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept = [bytes.subarray(0, PNG.length)];
  let at = PNG.length;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    const kind = textAt(bytes, at + 4, 4);
    if (!PNG_TRACES.has(kind)) kept.push(bytes.subarray(at, end));
    if (kind === "IEND") return kept;
    at = end;
  }
  return null;
}

/** Return the parts of a WebP that are the picture, with a head that says so; null if it cannot be read. */
export function cutWebp(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let at = 12;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (at + 8 + size > bytes.length) return null;
    const kind = textAt(bytes, at, 4);
    if (!WEBP_TRACES.has(kind)) {
      const part = bytes.slice(at, end);
      if (kind === "VP8X") part[8]! &= ~WEBP_HAS_TRACES;
      kept.push(part);
    }
    at = end;
  }
  const head = bytes.slice(0, 12);
  const length = kept.reduce((sum, part) => sum + part.length, 4);
  new DataView(head.buffer).setUint32(4, length, true);
  return [head, ...kept];
}

async function drawnAnew(file: File): Promise<File> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (bitmap === null) return file;
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return asFile(file, [await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY })]);
}

function asFile(before: File, parts: BlobPart[] | null): File {
  return parts === null ? before : new File(parts, before.name, { type: before.type });
}

function begins(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, at) => bytes[at] === byte);
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
