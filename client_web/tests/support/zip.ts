/** Reading the archives that the client writes. */

import { inflateRawSync } from "node:zlib";

const ENTRY = 0x04034b50;
const DEFLATED = 8;

/** The files of an archive, by their names. */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  let at = 0;
  while (archive.readUInt32LE(at) === ENTRY) {
    const [method, size, nameLength] = [
      archive.readUInt16LE(at + 8),
      archive.readUInt32LE(at + 18),
      archive.readUInt16LE(at + 26),
    ];
    const start = at + 30 + nameLength + archive.readUInt16LE(at + 28);
    const packed = archive.subarray(start, start + size);
    const name = archive.toString("utf8", at + 30, at + 30 + nameLength);
    found.set(name, method === DEFLATED ? inflateRawSync(packed) : packed);
    at = start + size;
  }
  return found;
}
