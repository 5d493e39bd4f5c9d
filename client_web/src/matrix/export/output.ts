import type { ExportSink } from "../account";
import { ZipWriter } from "../account/zip";
import { safeFileName } from "../names";

/** Where a history is written to. */
export interface Output {
  text(part: string): Promise<void>;
  /** Keep a file; returns its path beside the page. */
  file(name: string, content: Uint8Array<ArrayBuffer>): Promise<string>;
  close(name: string): Promise<void>;
}

/** The page or document alone. */
export class FileOutput implements Output {
  readonly #encoder = new TextEncoder();

  constructor(readonly sink: ExportSink) {}

  text(part: string): Promise<void> {
    return this.sink.write(this.#encoder.encode(part));
  }

  async file(): Promise<string> {
    return "";
  }

  async close(): Promise<void> {}
}

/** The page or document, and its files in a folder. */
export class ZipOutput implements Output {
  readonly #zip: ZipWriter;
  readonly #parts: string[] = [];
  #files = 0;

  constructor(sink: ExportSink) {
    this.#zip = new ZipWriter(sink, new Date());
  }

  async text(part: string): Promise<void> {
    this.#parts.push(part);
  }

  async file(name: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
    this.#files += 1;
    const path = `files/${this.#files}-${safeFileName(name)}`;
    await this.#zip.add(path, content);
    return path;
  }

  async close(name: string): Promise<void> {
    await this.#zip.add(name, this.#parts.join(""));
    await this.#zip.finish();
  }
}
