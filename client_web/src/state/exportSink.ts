import type { ExportSink } from "../matrix/account";
import { Cancelled } from "../matrix/errors";
import { saveFile } from "./downloads";

/** A file that is being written. */
export interface FileSink extends ExportSink {
  close(): Promise<void>;
  /** Throw away what was written. */
  abort(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  zip: "application/zip",
  html: "text/html",
  txt: "text/plain",
  json: "application/json",
};

type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

/**
 * Open a file to write to: one that the user chooses, written as it grows, where the browser can do that; else it
 * is gathered and downloaded at the end.
 *
 * @throws Cancelled when the user chose none
 */
export async function openExportSink(name: string): Promise<FileSink> {
  const pick = (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  if (pick === undefined) return gathered(name);
  let file: FileSystemFileHandle;
  try {
    file = await pick.call(window, { suggestedName: name });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw new Cancelled();
    return gathered(name); // the browser does not allow it here
  }
  const stream = await file.createWritable();
  return {
    write: (part) => stream.write(part),
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}

function gathered(name: string): FileSink {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    async write(part) {
      parts.push(part);
    },
    async close() {
      saveFile(name, new Blob(parts, { type: TYPES[name.split(".").at(-1) ?? ""] ?? "" }));
    },
    async abort() {
      parts.length = 0;
    },
  };
}
