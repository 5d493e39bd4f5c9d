import type { MatrixClient, MatrixEvent, Room } from "matrix-js-sdk";
import type { ExportSink } from "../account";
import type { ClientContext } from "../context";
import { safeName } from "../names";
import type { EventItem } from "../timeline/values";
import type { Media } from "../types";
import { pages, reactionsOf } from "./history";
import { ItemMaker } from "./items";
import { JsonWriter } from "./json";
import { FileOutput, type Output, ZipOutput } from "./output";
import { HtmlWriter } from "./page";
import { TextWriter } from "./plain";

/** A page to read, lines to read anywhere, or data for programs. */
export type ExportFormat = "html" | "text" | "json";

/** How a history is written. */
export interface ExportOptions {
  readonly format: ExportFormat;
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

/** Writes events one after the other; `files` says where the files of one were saved, by their addresses. */
export interface Writer {
  begin(): string;
  /** Empty for what it leaves out. */
  write(event: MatrixEvent, item: EventItem | null, files: ReadonlyMap<string, string>): string;
  end(): string;
}

/** Make it for one account's client. */
export function createExporting(sdk: MatrixClient, context: ClientContext): Exporting {
  return {
    exportHistory: async (roomId, sink, options) => {
      const room = sdk.getRoom(roomId);
      if (room === null) return;
      const out = options.withFiles ? new ZipOutput(sink) : new FileOutput(sink);
      const writer = writerOf(room, options);
      const isPage = options.format === "html";
      const reactions = isPage ? await reactionsOf(sdk, room, options.signal) : new Map();
      const items = new ItemMaker(sdk, room, reactions);
      await out.text(writer.begin());
      let written = 0;
      for await (const events of pages(sdk, room, options.signal)) {
        for (const event of events) {
          const item = await items.of(event);
          const files = options.withFiles ? await saveFiles(item, context, out) : NO_FILES;
          const text = writer.write(event, item, files);
          if (text === "") continue;
          await out.text(text);
          written += 1;
        }
        options.onProgress(written);
      }
      await out.text(writer.end());
      await out.close(`history.${ENDINGS[options.format]}`);
    },
  };
}

/** How files of each format end. */
const ENDINGS: Readonly<Record<ExportFormat, string>> = { html: "html", text: "txt", json: "json" };

function writerOf(room: Room, { format, withFiles }: ExportOptions): Writer {
  const name = safeName(room.name);
  if (format === "html") return new HtmlWriter(name, withFiles);
  return format === "text" ? new TextWriter(name) : new JsonWriter(room.roomId, name);
}

const NO_FILES: ReadonlyMap<string, string> = new Map();

/** Put what a message holds beside the page, and return where; what cannot be had is left out. */
async function saveFiles(
  item: EventItem | null,
  context: ClientContext,
  out: Output,
): Promise<ReadonlyMap<string, string>> {
  const saved = new Map<string, string>();
  for (const media of mediaOf(item)) {
    try {
      const blob = await context.parts().media.download(media);
      saved.set(media.mxc, await out.file(media.name ?? "file", new Uint8Array(await blob.arrayBuffer())));
    } catch (error) {
      // A file that is gone leaves its message.
      console.warn("a file is left out of an export:", error instanceof Error ? error.name : "unknown");
    }
  }
  return saved;
}

function mediaOf(item: EventItem | null): readonly Media[] {
  if (item === null || !("media" in item)) return [];
  return item.gallery.length > 0 ? item.gallery : [item.media];
}
