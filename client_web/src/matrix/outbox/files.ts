import type { ClientContext } from "../context";
import type { FileDescription } from "../media/describe";
import type { UploadedFile } from "../media/upload";
import { safeFileName } from "../names";
import { withCaption } from "./relations";
import type { OutgoingFile } from "./values";

type Content = Record<string, unknown>;

const SPOILER = "page.codeberg.everypizza.msc4193.spoiler";

/**
 * Return the message of a file that is not on the server yet.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
 */
export function fileContent(outgoing: OutgoingFile, description: FileDescription): Content {
  const { file, caption, isSpoiler, voice } = outgoing;
  const name = safeFileName(file.name);
  const info: Content = { mimetype: description.mime, size: description.size };
  if (description.width) Object.assign(info, { w: description.width, h: description.height });
  const durationMs = voice?.durationMs ?? description.durationMs;
  if (durationMs) info.duration = durationMs;
  if (description.blurhash) info["xyz.amorgan.blurhash"] = description.blurhash;
  const content: Content = { msgtype: messageType(description), body: name, filename: name, info };
  if (isSpoiler) content[SPOILER] = true;
  if (voice) {
    content["org.matrix.msc3245.voice"] = {};
    content["org.matrix.msc1767.audio"] = { duration: voice.durationMs, waveform: [...voice.waveform] };
  }
  return withCaption(content, caption ?? null);
}

/** Put a file and its small picture on the server, and return its message with their addresses. */
export async function uploadContent(
  context: ClientContext,
  content: Content,
  file: File,
  description: FileDescription,
  encrypt: boolean,
  signal: AbortSignal,
  onProgress: (sent: number, total: number) => void,
): Promise<Content> {
  const { media } = context.parts();
  const info = { ...(content.info as Content) };
  const { thumbnail } = description;
  if (thumbnail) {
    const small = await media.upload(thumbnail.blob, { encrypt, signal });
    const about = {
      mimetype: thumbnail.blob.type,
      size: thumbnail.blob.size,
      w: thumbnail.width,
      h: thumbnail.height,
    };
    Object.assign(info, { thumbnail_info: about, ...addressed(small, "thumbnail_url", "thumbnail_file") });
  }
  const sent = await media.upload(file, { encrypt, name: String(content.filename), signal, onProgress });
  return { ...content, info, ...addressed(sent, "url", "file") };
}

function addressed({ mxc, file }: UploadedFile, plainKey: string, encryptedKey: string): Content {
  return file ? { [encryptedKey]: file } : { [plainKey]: mxc };
}

function messageType({ mime, width }: FileDescription): string {
  const kind = mime.split("/", 1)[0];
  if (kind === "image") return width ? "m.image" : "m.file";
  return kind === "video" ? "m.video" : kind === "audio" ? "m.audio" : "m.file";
}
