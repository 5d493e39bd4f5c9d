/** Films for the browser's camera: what it sees instead of the room. */

import type { Page } from "playwright-core";

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 3;
const GREY = 128;

/** A picture held before the camera, in the middle of what it sees, as Y4M in shades of grey; drawn in a page. */
export async function filmedPicture(page: Page, picture: Buffer): Promise<Buffer> {
  const shown = { picture: picture.toString("base64"), wide: WIDTH, high: HEIGHT };
  const light = Buffer.from(await page.evaluate(lightOf, shown), "base64");
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420mpeg2\n`);
  const frame = [Buffer.from("FRAME\n"), light, Buffer.alloc((WIDTH * HEIGHT) / 2, GREY)];
  return Buffer.concat([header, ...Array.from({ length: FRAMES }, () => frame).flat()]);
}

interface Shown {
  readonly picture: string;
  readonly wide: number;
  readonly high: number;
}

/** In the page: how light each pixel is. */
async function lightOf({ picture, wide, high }: Shown): Promise<string> {
  const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  const brush = canvas.getContext("2d")!;
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, wide, high);
  const scale = Math.min(1, (0.9 * high) / bitmap.height);
  const [shownWide, shownHigh] = [bitmap.width * scale, bitmap.height * scale];
  brush.drawImage(bitmap, (wide - shownWide) / 2, (high - shownHigh) / 2, shownWide, shownHigh);
  const { data } = brush.getImageData(0, 0, wide, high);
  let text = "";
  for (let at = 0; at < data.length; at += 4)
    text += String.fromCharCode(
      Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!),
    );
  return btoa(text);
}
