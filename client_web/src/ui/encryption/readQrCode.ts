/** Pictures are made this small before they are looked at: a code needs no more, and a phone's has 48 megapixels. */
const MAX_SIDE = 1600;

/** Find a QR code in a picture; null where there is none. What reads them is loaded only now. */
export async function readQrCode(picture: ImageData): Promise<Uint8ClampedArray | null> {
  const { default: read } = await import("jsqr");
  const found = read(picture.data, picture.width, picture.height);
  return found === null ? null : Uint8ClampedArray.from(found.binaryData);
}

/** Return what a picture or a video shows, no larger than needed; null while it shows nothing. */
export function pixelsOf(
  source: ImageBitmap | HTMLVideoElement,
  canvas: HTMLCanvasElement,
): ImageData | null {
  const [width, height] =
    source instanceof HTMLVideoElement
      ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height];
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
