import { safeName } from "../../names";
import { asInteger, asList, asObject, asObjects, asPositive, asText, type JsonObject } from "../../shapes";
import type { EncryptedFile, Media } from "../../types";
import type { MediaItem } from "../values";
import type { Builder } from "./fields";
import { formatted, linksOf, textFields } from "./text";

const KINDS: Readonly<Record<string, MediaItem["kind"]>> = {
  "m.image": "image",
  "m.video": "video",
  "m.audio": "audio",
  "m.file": "file",
};
export const GALLERY_TYPES = ["dm.filament.gallery", "m.gallery"] as const;
const VOICE_KEYS = ["org.matrix.msc3245.voice", "org.matrix.msc3245.voice.v2", "m.voice"];
const AUDIO_KEYS = ["org.matrix.msc1767.audio", "m.audio_details"];
const SPOILER_KEYS = ["page.codeberg.everypizza.msc4193.spoiler", "org.matrix.msc4193.spoiler", "m.spoiler"];
const MAX_NAME = 255;
const MAX_SIDE = 1 << 20;
const MAX_WAVEFORM = 256;
const LOUDEST = 1_024;
const MAX_GALLERY = 50;

/** Show a file; without a usable address the message is shown as text. */
export const buildMedia: Builder = (event, content, around) => {
  const media = readMedia(content, around.localUrl !== null);
  if (media === undefined) return textFields(event, content);
  const kind = KINDS[asText(content.msgtype, 100)] ?? "file";
  const isVoice = kind === "audio" && VOICE_KEYS.some((key) => content[key] !== undefined);
  return fieldsOf(isVoice ? "voice" : kind, content, media, [], around.localUrl);
};

/** Show a sticker; without a usable address its description. */
export const buildSticker: Builder = (event, content, around) => {
  const media = readMedia(content, false);
  return media === undefined
    ? textFields(event, content)
    : fieldsOf("sticker", content, media, [], around.localUrl);
};

/** Show several files of one message (MSC4274). */
export const buildGallery: Builder = (event, content) => {
  const entries = asObjects(content.itemtypes).slice(0, MAX_GALLERY);
  const found = entries.map((entry) => readMedia(entry, false)).filter((media) => media !== undefined);
  if (found.length === 0) return textFields(event, content);
  const body = asText(content.body);
  const html = formatted(content);
  const links = linksOf(body, html);
  const caption = { body, html, links, hasCaption: body !== "" };
  return { kind: "image", media: found[0]!, gallery: found, isSpoiler: false, localUrl: null, ...caption };
};

/** Read what a message says of its file; nothing where there is no address to get it from. */
export function readMedia(content: JsonObject, isLocal: boolean): Media | undefined {
  const info = asObject(content.info);
  const file = encryptedFile(content.file);
  const mxc = file?.url ?? asText(content.url, 2_048);
  if (!mxc.startsWith("mxc://") && !isLocal) return undefined;
  return {
    ...described(info),
    mxc,
    name: safeName(nameAndCaption(content).name),
    ...present("file", file),
    ...present("durationMs", durationOf(content, info)),
    ...present("thumbnail", thumbnailOf(info)),
    waveform: waveformOf(content),
  };
}

function fieldsOf(
  kind: MediaItem["kind"],
  content: JsonObject,
  media: Media,
  gallery: readonly Media[],
  localUrl: string | null,
) {
  const { name, caption } = nameAndCaption(content);
  const html = caption ? formatted(content) : "";
  return {
    kind,
    media,
    gallery,
    localUrl,
    isSpoiler: SPOILER_KEYS.some((key) => content[key] === true),
    hasCaption: caption !== "",
    body: caption || safeName(name),
    html,
    links: caption ? linksOf(caption, html) : [],
  };
}

/**
 * Tell the file's name from its caption: with a `filename` beside it, the body is a caption.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#media-captions
 */
function nameAndCaption(content: JsonObject): { readonly name: string; readonly caption: string } {
  const body = asText(content.body);
  const name = asText(content.filename, MAX_NAME);
  if (name && body && body !== name) return { name, caption: body };
  return { name: name || body.slice(0, MAX_NAME), caption: "" };
}

function described(info: JsonObject): Partial<Media> {
  return {
    ...present("mime", asText(info.mimetype, 100) || undefined),
    ...present("size", asPositive(info.size)),
    ...present("width", side(info.w)),
    ...present("height", side(info.h)),
    ...present("blurhash", asText(info.blurhash ?? info["xyz.amorgan.blurhash"], 200) || undefined),
  };
}

function thumbnailOf(info: JsonObject): Media | undefined {
  const file = encryptedFile(info.thumbnail_file);
  const mxc = file?.url ?? asText(info.thumbnail_url, 2_048);
  if (!mxc.startsWith("mxc://")) return undefined;
  return { ...described(asObject(info.thumbnail_info)), mxc, ...present("file", file) };
}

function encryptedFile(value: unknown): EncryptedFile | undefined {
  const file = asObject(value);
  return asText(file.url, 2_048).startsWith("mxc://") ? (file as unknown as EncryptedFile) : undefined;
}

function durationOf(content: JsonObject, info: JsonObject): number | undefined {
  return asPositive(info.duration) ?? asPositive(audioOf(content).duration);
}

function waveformOf(content: JsonObject): readonly number[] {
  const levels = asList(audioOf(content).waveform).slice(0, MAX_WAVEFORM);
  return levels.map((level) => Math.min(LOUDEST, Math.max(0, asInteger(level))));
}

function audioOf(content: JsonObject): JsonObject {
  return asObject(AUDIO_KEYS.map((key) => content[key]).find((value) => value !== undefined));
}

function side(value: unknown): number | undefined {
  const length = asPositive(value);
  return length !== undefined && length <= MAX_SIDE ? length : undefined;
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
