import type { EncryptedFile, Media } from "../types";
import type { Value } from "../value";

/** In which size a picture is wanted: as it is, or small enough for a box of so many pixels. */
export type MediaSize =
  | "original"
  | { readonly width: number; readonly height: number; readonly crop?: boolean };

/** How far a file has come; `url` is a blob: URL, good until the file is let go. */
export type Loaded =
  | { readonly state: "loading"; readonly done: number; readonly total: number | undefined }
  | { readonly state: "ready"; readonly url: string; readonly mime: string }
  | { readonly state: "failed"; readonly error: unknown };

/** A file that is held; `release` once for each `acquire`. */
export interface HeldMedia {
  readonly value: Value<Loaded>;
  release(): void;
}

/** Files on their way in and out; encrypted ones are decrypted here. */
export interface MediaFiles {
  /** Load a file for showing, once for all who want it. */
  acquire(media: Media, size: MediaSize): HeldMedia;
  /** Load a file as it is. Raises: ClientError. */
  download(media: Media, onProgress?: (done: number) => void): Promise<Blob>;
  /** Let the browser save a file under the name that its sender gave it, made harmless. */
  save(media: Media): Promise<void>;
  /** Put a file on the server, encrypted where asked. Raises: ClientError, Cancelled. */
  upload(
    file: Blob,
    options: {
      readonly encrypt: boolean;
      readonly name?: string;
      readonly signal?: AbortSignal;
      readonly onProgress?: (sent: number, total: number) => void;
    },
  ): Promise<{ readonly mxc: string; readonly file?: EncryptedFile }>;
  /** The largest file that the server takes, in bytes; nothing where it does not say. */
  uploadLimit(): Promise<number | undefined>;
}
