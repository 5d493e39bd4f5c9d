import { type MatrixClient, type MatrixEvent, type Room, MatrixEvent as SdkEvent } from "matrix-js-sdk";
import type { ExportSink } from "../account";
import { ZipWriter } from "../account/zip";
import { ask, path } from "../ask";
import type { ClientContext } from "../context";
import { Cancelled } from "../errors";
import { safeFileName, safeName } from "../names";
import { memberName } from "../rooms/summarize";
import { asObjects, asText, type JsonObject } from "../shapes";
import { readMedia } from "../timeline/items/media";
import { type PageMessage, pageDay, pageEnd, pageHead, pageMessage } from "./page";

/** How a history is written. */
export interface ExportOptions {
  readonly format: "html" | "json";
  /** Pictures and files, too: everything becomes one ZIP. */
  readonly withFiles: boolean;
  readonly signal: AbortSignal;
  /** How many messages have been written. */
  readonly onProgress: (messages: number) => void;
}

/** Taking a room's history along. */
export interface Exporting {
  /** Write a room's history from its beginning, decrypted. */
  exportHistory(roomId: string, sink: ExportSink, options: ExportOptions): Promise<void>;
}

const PAGE = "200";
const MOST_PAGES = 5_000;
const MESSAGES = new Set([
  "m.room.message",
  "m.sticker",
  "m.poll.start",
  "org.matrix.msc3381.poll.start",
  "m.room.encrypted",
]);

/** Make it for one account's client. */
export function createExporting(sdk: MatrixClient, context: ClientContext): Exporting {
  return {
    exportHistory: async (roomId, sink, options) => {
      const room = sdk.getRoom(roomId);
      if (room === null) return;
      const out = options.withFiles ? new ZipOutput(sink) : new FileOutput(sink);
      const writer = options.format === "json" ? new JsonWriter(room) : new HtmlWriter(room);
      await out.text(writer.begin());
      let written = 0;
      for await (const events of pages(sdk, room, options.signal)) {
        for (const event of events) {
          if (!writer.wants(event)) continue;
          const file = options.withFiles ? await saveFileOf(event, context, out) : "";
          await out.text(writer.write(event, file));
          written += 1;
        }
        options.onProgress(written);
      }
      await out.text(writer.end());
      await out.close(options.format === "json" ? "history.json" : "history.html");
    },
  };
}

/** Ask for the history from its beginning, and decrypt it. */
async function* pages(
  sdk: MatrixClient,
  room: Room,
  signal: AbortSignal,
): AsyncGenerator<readonly MatrixEvent[]> {
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    if (signal.aborted) throw new Cancelled();
    const query = { dir: "f", limit: PAGE, from };
    const answer = await ask(sdk, "GET", path`/rooms/${room.roomId}/messages`, { query });
    const chunk = asObjects(answer.chunk);
    const events = chunk.map((raw) => new SdkEvent({ ...raw, room_id: room.roomId } as never));
    await Promise.all(events.map((event) => sdk.decryptEventIfNeeded(event)));
    yield events;
    const end = asText(answer.end) || undefined;
    if (end === undefined || end === from || chunk.length === 0) return;
    from = end;
  }
}

interface Writer {
  begin(): string;
  wants(event: MatrixEvent): boolean;
  write(event: MatrixEvent, file: string): string;
  end(): string;
}

/** `{"room_id", "name", "exported_at_ms", "events": […]}`, events as the server gave them, decrypted. */
class JsonWriter implements Writer {
  #isFirst = true;

  constructor(readonly room: Room) {}

  begin(): string {
    const head = { room_id: this.room.roomId, name: safeName(this.room.name), exported_at_ms: Date.now() };
    return `${JSON.stringify(head).slice(0, -1)},"events":[`;
  }

  wants(): boolean {
    return true;
  }

  write(event: MatrixEvent, file: string): string {
    const raw = event.event as JsonObject;
    const isDecrypted = event.isEncrypted() && !event.isDecryptionFailure() && !event.isRedacted();
    const clear = isDecrypted ? { type: event.getType(), content: event.getContent(), decrypted: true } : {};
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    return separator + JSON.stringify({ ...raw, ...clear, ...(file ? { files: [file] } : {}) });
  }

  end(): string {
    return "\n]}\n";
  }
}

/** A page to read: messages by day, without what only changed something. */
class HtmlWriter implements Writer {
  #day = "";

  constructor(readonly room: Room) {}

  begin(): string {
    return pageHead(safeName(this.room.name));
  }

  wants(event: MatrixEvent): boolean {
    return MESSAGES.has(event.getType()) && !event.isState() && event.getRelation()?.rel_type !== "m.replace";
  }

  write(event: MatrixEvent, file: string): string {
    const day = new Date(event.getTs()).toDateString();
    const heading = day === this.#day ? "" : pageDay(event.getTs());
    this.#day = day;
    return heading + pageMessage(messageOf(this.room, event, file));
  }

  end(): string {
    return pageEnd();
  }
}

function messageOf(room: Room, event: MatrixEvent, file: string): PageMessage {
  const edit = event.getServerAggregatedRelation<JsonObject>("m.replace");
  const newest = edit
    ? (asObjects([edit.content])[0]?.["m.new_content"] as JsonObject | undefined)
    : undefined;
  const sender = event.getSender() ?? "";
  return {
    id: event.getId() ?? "",
    sender,
    senderName: memberName(room, sender),
    time: Math.max(0, Math.min(event.getTs(), 8.64e15)),
    content: newest ?? event.getContent(),
    type: event.getType(),
    isRedacted: event.isRedacted(),
    isUndecryptable: event.isDecryptionFailure() || event.getType() === "m.room.encrypted",
    isEdited: edit !== undefined,
    file,
    isPicture: event.getContent().msgtype === "m.image" || event.getType() === "m.sticker",
  };
}

/** Put what a message holds beside the page, and return where; empty where there is nothing, or it cannot be had. */
async function saveFileOf(event: MatrixEvent, context: ClientContext, out: Output): Promise<string> {
  if (event.isRedacted() || event.isState()) return "";
  const media = readMedia(event.getContent(), false);
  if (media === undefined) return "";
  try {
    const blob = await context.parts().media.download(media);
    return await out.file(media.name ?? "file", new Uint8Array(await blob.arrayBuffer()));
  } catch (error) {
    // A file that is gone leaves its message.
    console.warn("a file is left out of an export:", error instanceof Error ? error.name : "unknown");
    return "";
  }
}

interface Output {
  text(part: string): Promise<void>;
  file(name: string, content: Uint8Array<ArrayBuffer>): Promise<string>;
  close(name: string): Promise<void>;
}

/** The page or document alone. */
class FileOutput implements Output {
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
class ZipOutput implements Output {
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
