import { safeName } from "../names";
import { asObject, asText, asTexts } from "../shapes";
import type { Media } from "../types";

export interface PackImage {
  readonly shortcode: string;
  readonly mxc: string;
  readonly body: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly isEmoticon: boolean;
  readonly isSticker: boolean;
}

/** A named collection of pictures; `roomId` is empty for the account's own. */
export interface ImagePack {
  readonly key: string;
  readonly roomId: string;
  readonly stateKey: string;
  readonly name: string;
  readonly images: readonly PackImage[];
}

export const PACK_TYPES = ["m.room.image_pack", "im.ponies.room_emotes"] as const;
const MAX_IMAGES = 2_000;

/**
 * Read a pack; nothing where it holds no pictures.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#image-packs
 */
export function readImagePack(
  roomId: string,
  stateKey: string,
  value: unknown,
  roomName: string,
): ImagePack | undefined {
  const content = asObject(value);
  const about = asObject(content.pack);
  const images = Object.entries(asObject(content.images))
    .slice(0, MAX_IMAGES)
    .map(([shortcode, said]) =>
      readImage(shortcode, asObject(said), usesOf(about.usage, ["emoticon", "sticker"])),
    )
    .filter((image) => image !== undefined);
  if (images.length === 0) return undefined;
  const name = safeName(about.display_name) || roomName || stateKey;
  return { key: `${roomId}/${stateKey}`, roomId, stateKey, name, images };
}

/** Return a picture as something that can be loaded. */
export function packMedia(image: PackImage): Media {
  const mime = asText(image.info.mimetype, 100);
  return mime ? { mxc: image.mxc, name: image.body, mime } : { mxc: image.mxc, name: image.body };
}

function readImage(
  shortcode: string,
  said: Readonly<Record<string, unknown>>,
  uses: readonly string[],
): PackImage | undefined {
  const mxc = asText(said.url, 1_000);
  const name = safeName(shortcode.slice(0, 200));
  if (!mxc.startsWith("mxc://") || !name) return undefined;
  const own = usesOf(said.usage, uses);
  return {
    shortcode: name,
    mxc,
    body: safeName(said.body) || name,
    info: asObject(said.info),
    isEmoticon: own.includes("emoticon"),
    isSticker: own.includes("sticker"),
  };
}

function usesOf(value: unknown, otherwise: readonly string[]): readonly string[] {
  const known = asTexts(value).filter((use) => use === "emoticon" || use === "sticker");
  return known.length > 0 ? known : otherwise;
}
