import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { Downloads } from "./downloads";
import { uploadFile } from "./upload";
import type { MediaFiles } from "./values";

export type { UploadedFile } from "./upload";
export type { HeldMedia, Loaded, MediaFiles, MediaSize } from "./values";

/** Make it for one account's client. */
export function createMedia(sdk: MatrixClient, context: ClientContext): MediaFiles {
  const downloads = new Downloads(context);
  context.onStop(() => downloads.clear());
  return {
    acquire: (media, size) => downloads.acquire(media, size),
    download: (media, onProgress) => downloads.download(media, onProgress),
    save: (media) => downloads.save(media),
    upload: (file, options) => uploadFile(context, file, options),
    uploadLimit: async () => (await sdk.getMediaConfig(true))["m.upload.size"],
  };
}
