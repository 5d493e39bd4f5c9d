/** Files that people send: made here, so that none lies about. */

import type { Page } from "playwright-core";

const SECONDS = 60;
const SAMPLES_PER_SECOND = 8_000;
const HEADER_BYTES = 44;

/** A picture of one color, as PNG, drawn in a page. */
export async function pictureOf(page: Page, color: string): Promise<Buffer> {
  const encoded = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
    const brush = canvas.getContext("2d")!;
    brush.fillStyle = fill;
    brush.fillRect(0, 0, 320, 200);
    return canvas.toDataURL("image/png").split(",")[1]!;
  }, color);
  return Buffer.from(encoded, "base64");
}

/** A sound, as WAV: longer than anybody in a test listens. */
export function soundOf(): Buffer {
  const count = SECONDS * SAMPLES_PER_SECOND;
  const file = Buffer.alloc(HEADER_BYTES + count, 0x80);
  file.write("RIFF", 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // one channel
  file.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  file.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  file.writeUInt16LE(1, 32); // bytes a sample
  file.writeUInt16LE(8, 34); // bits a sample
  file.write("data", 36);
  file.writeUInt32LE(count, 40);
  return file;
}

/** A film of some pictures, as WebM, recorded in a page. */
export async function filmOf(page: Page): Promise<Buffer> {
  const encoded = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const brush = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let frame = 0; frame < 30; frame += 1) {
      brush.fillStyle = `hsl(${frame * 12} 60% 50%)`;
      brush.fillRect(0, 0, 160, 120);
      await new Promise(requestAnimationFrame);
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
  });
  return Buffer.from(encoded, "base64");
}
