import { encode } from "blurhash";
import { isPicture } from "./mime";

/** What a file is, as far as this browser can tell, and a small picture of it. */
export interface FileDescription {
  readonly mime: string;
  readonly size: number;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly blurhash?: string;
  readonly thumbnail?: { readonly blob: Blob; readonly width: number; readonly height: number };
}

const THUMBNAIL_SIDE = 800;
const BLUR_SIDE = 32;
const LARGE_BYTES = 150_000;
const FILM_WAIT_MS = 6_000;

/** Look into a file. What cannot be read is described by its size and kind alone. */
export async function describeFile(file: File): Promise<FileDescription> {
  const plain = { mime: file.type || "application/octet-stream", size: file.size };
  try {
    if (isPicture(file.type)) return { ...plain, ...(await describePicture(file)) };
    if (file.type.startsWith("video/")) return { ...plain, ...(await describeFilm(file)) };
    if (file.type.startsWith("audio/")) return { ...plain, ...(await describeSound(file)) };
  } catch (error) {
    // A picture that this browser cannot read is still a file that others may read.
    console.warn("a file cannot be looked into:", error instanceof Error ? error.name : "unknown");
  }
  return plain;
}

async function describePicture(file: File): Promise<Partial<FileDescription>> {
  const picture = await createImageBitmap(file);
  try {
    const { width, height } = picture;
    const small = Math.max(width, height) <= THUMBNAIL_SIDE && file.size <= LARGE_BYTES;
    const moves = file.type === "image/gif" || file.type === "image/apng";
    const blurhash = blurOf(picture, width, height);
    if (small || moves) return { width, height, blurhash };
    return { width, height, blurhash, thumbnail: await thumbnailOf(picture, width, height) };
  } finally {
    picture.close();
  }
}

async function describeFilm(file: File): Promise<Partial<FileDescription>> {
  const film = document.createElement("video");
  film.muted = true;
  film.preload = "auto";
  await loaded(film, file, "loadeddata");
  const { videoWidth: width, videoHeight: height } = film;
  const described = { width, height, ...durationOf(film) };
  if (!width || !height) return described;
  return {
    ...described,
    blurhash: blurOf(film, width, height),
    thumbnail: await thumbnailOf(film, width, height),
  };
}

async function describeSound(file: File): Promise<Partial<FileDescription>> {
  const sound = document.createElement("audio");
  await loaded(sound, file, "loadedmetadata");
  return durationOf(sound);
}

function durationOf(media: HTMLMediaElement): Partial<FileDescription> {
  return Number.isFinite(media.duration) ? { durationMs: Math.round(media.duration * 1_000) } : {};
}

async function loaded(media: HTMLMediaElement, file: File, event: string): Promise<void> {
  const url = URL.createObjectURL(file);
  try {
    await new Promise<void>((resolve, reject) => {
      media.addEventListener(event, () => resolve(), { once: true });
      media.addEventListener("error", () => reject(new Error("unreadable")), { once: true });
      setTimeout(() => reject(new Error("too slow")), FILM_WAIT_MS);
      media.src = url;
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function thumbnailOf(source: CanvasImageSource, width: number, height: number) {
  const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(width, height));
  const canvas = drawn(
    source,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  return { blob, width: canvas.width, height: canvas.height };
}

function blurOf(source: CanvasImageSource, width: number, height: number): string {
  const scale = BLUR_SIDE / Math.max(width, height);
  const canvas = drawn(
    source,
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const pixels = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  const isWide = width >= height;
  return encode(pixels.data, canvas.width, canvas.height, isWide ? 4 : 3, isWide ? 3 : 4);
}

function drawn(source: CanvasImageSource, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d", { willReadFrequently: true })!.drawImage(source, 0, 0, width, height);
  return canvas;
}
