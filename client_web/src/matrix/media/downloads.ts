import type { ClientContext } from "../context";
import { ApiError, asClientError, BadAnswer, ClientError } from "../errors";
import { safeFileName } from "../names";
import { asObject } from "../shapes";
import type { JsonObject, Media } from "../types";
import { MutableValue } from "../value";
import { decryptFile } from "./attachments";
import { shownAs } from "./mime";
import type { HeldMedia, Loaded, MediaSize } from "./values";

/** So many files that nobody shows are kept, for scrolling back. */
const KEPT = 150;
const MOST_AT_ONCE = 6;
const MAX_BYTES = 512 * 1024 * 1024;
const CONTENT_URI = /^mxc:\/\/([A-Za-z0-9.:[\]-]{1,255})\/([A-Za-z0-9_-]{1,255})$/;

interface Entry {
  readonly value: MutableValue<Loaded>;
  readonly abort: AbortController;
  holders: number;
}

/** Files that come in: each loaded once, held by whoever shows it, a few at a time. */
export class Downloads {
  readonly #entries = new Map<string, Entry>();
  readonly #context: ClientContext;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  acquire(media: Media, size: MediaSize): HeldMedia {
    const key = keyOf(media, size);
    const entry = this.#entries.get(key) ?? this.#begin(media, size);
    entry.holders += 1;
    // What is used last stands last, so that what is dropped first is what nobody wanted for long.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    let held = true;
    return {
      value: entry.value,
      release: () => {
        if (!held) return;
        held = false;
        entry.holders -= 1;
        this.#trim(key, entry);
      },
    };
  }

  async download(
    media: Media,
    onProgress?: (done: number) => void,
    size: MediaSize = "original",
  ): Promise<Blob> {
    return this.#load(media, size, new AbortController().signal, (done) => onProgress?.(done));
  }

  async save(media: Media): Promise<void> {
    const blob = await this.download(media);
    const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
    const link = Object.assign(document.createElement("a"), {
      href: url,
      download: safeFileName(media.name ?? ""),
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  clear(): void {
    for (const entry of this.#entries.values()) drop(entry);
    this.#entries.clear();
  }

  #begin(media: Media, size: MediaSize): Entry {
    const loading: Loaded = { state: "loading", done: 0, total: media.size };
    const entry: Entry = {
      value: new MutableValue<Loaded>(loading),
      abort: new AbortController(),
      holders: 0,
    };
    void this.#fill(entry, media, size);
    return entry;
  }

  async #fill(entry: Entry, media: Media, size: MediaSize): Promise<void> {
    try {
      const tell = (done: number, total: number | undefined): void =>
        entry.value.set({ state: "loading", done, total: total ?? media.size });
      const blob = await this.#load(media, size, entry.abort.signal, tell);
      if (entry.abort.signal.aborted) return;
      entry.value.set({ state: "ready", url: URL.createObjectURL(blob), mime: blob.type });
    } catch (error) {
      entry.value.set({ state: "failed", error });
    }
  }

  /** Give up what nobody holds: at once where it is loading or failed, later where it is there. */
  #trim(key: string, entry: Entry): void {
    if (entry.holders === 0 && entry.value.get().state !== "ready" && this.#entries.get(key) === entry) {
      this.#entries.delete(key);
      drop(entry);
    }
    let idle = [...this.#entries.values()].filter((each) => each.holders === 0).length;
    for (const [oldKey, old] of this.#entries) {
      if (idle <= KEPT) return;
      if (old.holders > 0) continue;
      this.#entries.delete(oldKey);
      drop(old);
      idle -= 1;
    }
  }

  async #load(
    media: Media,
    size: MediaSize,
    signal: AbortSignal,
    onProgress: (done: number, total: number | undefined) => void,
  ): Promise<Blob> {
    const source = sourceOf(media, size);
    await this.#turn();
    try {
      const response = await this.#request(source.path, signal);
      const bytes = await readAll(response, onProgress);
      const clear = source.media.file ? await decryptFile(bytes, source.media.file) : bytes;
      const said = source.media.file
        ? source.media.mime
        : (response.headers.get("content-type") ?? source.media.mime);
      return new Blob([clear], { type: shownAs(said ?? "", clear) });
    } catch (error) {
      throw asClientError(error);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }

  async #request(path: string, signal: AbortSignal): Promise<Response> {
    const response = await this.#context.fetch(
      `${this.#context.homeserverUrl}/_matrix/client/v1/media/${path}`,
      { signal },
    );
    if (response.ok) return response;
    const body = await response.json().catch(() => ({}));
    throw new ApiError(response.status, asObject(body) as JsonObject);
  }
}

/** What to load, and where it is: thumbnails of encrypted pictures are what their sender made of them. */
function sourceOf(media: Media, size: MediaSize): { readonly media: Media; readonly path: string } {
  const small = size !== "original" && media.thumbnail && (media.file || media.mime === "image/svg+xml");
  const source = small ? media.thumbnail! : media;
  const match = CONTENT_URI.exec(source.file?.url ?? source.mxc);
  if (match === null) throw new ClientError("media_refused", "no content URI");
  const path = `${encodeURIComponent(match[1]!)}/${encodeURIComponent(match[2]!)}`;
  if (size === "original" || source.file) return { media: source, path: `download/${path}` };
  const { width, height, crop } = size;
  const query = new URLSearchParams({
    width: `${width}`,
    height: `${height}`,
    method: crop ? "crop" : "scale",
    animated: "true",
  });
  return { media: source, path: `thumbnail/${path}?${query}` };
}

function keyOf(media: Media, size: MediaSize): string {
  const wanted = size === "original" ? "original" : `${size.width}x${size.height}${size.crop ? "c" : ""}`;
  return `${media.file?.url ?? media.mxc} ${media.file && size !== "original" && !media.thumbnail ? "original" : wanted}`;
}

function drop(entry: Entry): void {
  entry.abort.abort();
  const loaded = entry.value.get();
  if (loaded.state === "ready") URL.revokeObjectURL(loaded.url);
}

async function readAll(
  response: Response,
  onProgress: (done: number, total: number | undefined) => void,
): Promise<ArrayBuffer> {
  const total = Number(response.headers.get("content-length")) || undefined;
  const reader = response.body?.getReader();
  if (reader === undefined) return response.arrayBuffer();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    done += part.value.length;
    if (done > MAX_BYTES) {
      await reader.cancel();
      throw new BadAnswer("a file without end");
    }
    onProgress(done, total);
  }
  return new Blob(parts).arrayBuffer();
}
