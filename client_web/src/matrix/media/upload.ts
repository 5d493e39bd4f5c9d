import type { ClientContext } from "../context";
import { ApiError, BadAnswer, Cancelled, Offline } from "../errors";
import { asObject, asText } from "../shapes";
import type { EncryptedFile, JsonObject } from "../types";
import { encryptFile } from "./attachments";

/** Where a file is on the server, and how to read it there. */
export interface UploadedFile {
  readonly mxc: string;
  readonly file?: EncryptedFile;
}

interface UploadOptions {
  readonly encrypt: boolean;
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (sent: number, total: number) => void;
}

/** Put a file on the server. An encrypted one goes without its name and its kind. */
export async function uploadFile(
  context: ClientContext,
  file: Blob,
  options: UploadOptions,
): Promise<UploadedFile> {
  if (!options.encrypt) return { mxc: await send(context, file, file.type, options.name, options) };
  const { encrypted, file: details } = await encryptFile(await file.arrayBuffer());
  if (options.signal?.aborted) throw new Cancelled();
  const mxc = await send(context, new Blob([encrypted]), "application/octet-stream", undefined, options);
  return { mxc, file: { ...details, url: mxc } };
}

/** `fetch` tells nothing of how far an upload has come, so this is the older way. */
function send(
  context: ClientContext,
  body: Blob,
  type: string,
  name: string | undefined,
  { signal, onProgress }: UploadOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = name ? `?filename=${encodeURIComponent(name)}` : "";
    request.open("POST", `${context.homeserverUrl}/_matrix/media/v3/upload${query}`);
    request.setRequestHeader("Authorization", `Bearer ${context.session.get().accessToken}`);
    request.setRequestHeader("Content-Type", type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress?.(event.loaded, event.total);
    request.onload = () => {
      const answer = asObject(request.response) as JsonObject;
      const mxc = asText(answer.content_uri, 600);
      if (request.status >= 400) reject(new ApiError(request.status, answer));
      else if (mxc.startsWith("mxc://")) resolve(mxc);
      else reject(new BadAnswer("an upload without an address"));
    };
    request.onerror = () => reject(new Offline());
    request.onabort = () => reject(new Cancelled());
    signal?.addEventListener("abort", () => request.abort());
    if (signal?.aborted) reject(new Cancelled());
    else request.send(body);
  });
}
