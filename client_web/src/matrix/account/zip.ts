import { crc32 } from "./crc32";
import type { ExportSink } from "./types";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATED = 8;
/** Nothing here needs the larger format. */
const MAX_ENTRIES = 0xffff;
const MAX_BYTES = 0xffffffff;

interface Entry {
  readonly name: Uint8Array;
  readonly head: Uint8Array;
  readonly offset: number;
}

/** Writes a ZIP file part by part: only one entry at a time is held in memory. */
export class ZipWriter {
  readonly #entries: Entry[] = [];
  #offset = 0;

  constructor(
    private readonly sink: ExportSink,
    private readonly now: Date,
  ) {}

  /** Add a file; names are paths with `/`, without a leading one. */
  async add(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#entries.length >= MAX_ENTRIES || this.#offset > MAX_BYTES)
      throw new RangeError("too much for a ZIP");
    const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const packed = await deflate(data);
    const path = new TextEncoder().encode(name);
    const head = description(data, packed, path.length, this.now);
    this.#entries.push({ name: path, head, offset: this.#offset });
    await this.#write(words(32, [LOCAL]), head, path, packed);
  }

  /** Write the list of what is in it; nothing may be added then. */
  async finish(): Promise<void> {
    const start = this.#offset;
    for (const { name, head, offset } of this.#entries) {
      const made = words(16, [VERSION]);
      // No comment, first disk, no attributes, and where the entry begins.
      const rest = concat(words(16, [0, 0, 0]), words(32, [0, offset]));
      await this.#write(words(32, [CENTRAL]), made, head, rest, name);
    }
    const size = this.#offset - start;
    const count = this.#entries.length;
    await this.#write(
      words(32, [END]),
      words(16, [0, 0, count, count]),
      words(32, [size, start]),
      words(16, [0]),
    );
  }

  async #write(...parts: Uint8Array[]): Promise<void> {
    const part = concat(...parts);
    this.#offset += part.length;
    await this.sink.write(part);
  }
}

/** What the entry and the list have in common. */
function description(data: Uint8Array, packed: Uint8Array, nameLength: number, now: Date): Uint8Array {
  const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
  const date = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
  return concat(
    words(16, [VERSION, FLAGS, DEFLATED, time, date]),
    words(32, [crc32(data), packed.length, data.length]),
    words(16, [nameLength, 0]),
  );
}

async function deflate(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function words(bits: 16 | 32, values: readonly number[]): Uint8Array {
  const bytes = bits / 8;
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  for (const [index, value] of values.entries()) {
    if (bits === 16) view.setUint16(index * bytes, value, true);
    else view.setUint32(index * bytes, value, true);
  }
  return new Uint8Array(view.buffer);
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
