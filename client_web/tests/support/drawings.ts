/** Pictures and sounds for people, rooms and messages, made in a browser: nothing has to be kept for them. */

import type { Page } from "playwright-core";
import { SERVER } from "./browser.ts";

/** An mxc URI and what an event says about the file. */
export interface Uploaded {
  readonly mxc: string;
  readonly mimetype: string;
  readonly size: number;
}

/** A landscape under a sky of some color; the page only lends its canvas. */
export function drawHills(page: Page, sky: string, width: number, height: number): Promise<Buffer> {
  return bytesOf(page, { sky, width, height });
}

async function bytesOf(page: Page, wanted: { sky: string; width: number; height: number }): Promise<Buffer> {
  const bytes = await page.evaluate(async ({ sky, width, height }) => {
    const canvas = new OffscreenCanvas(width, height);
    const brush = canvas.getContext("2d");
    if (brush === null) throw new Error("nothing to draw on");
    brush.fillStyle = sky;
    brush.fillRect(0, 0, width, height);
    brush.fillStyle = "#fff4d6";
    brush.arc(width * 0.72, height * 0.3, height * 0.12, 0, 7);
    brush.fill();
    for (const [at, color] of ["#6d8f86", "#4a6f66", "#2f4f48"].entries()) {
      brush.fillStyle = color;
      brush.beginPath();
      brush.moveTo(0, height);
      for (let step = 0; step <= 60; step += 1) {
        const wave = Math.sin(step / (4 + 2 * at) + 2 * at) + Math.sin(step / (9 - 2 * at));
        brush.lineTo((step / 60) * width, height * (0.55 + 0.13 * at + 0.06 * wave));
      }
      brush.lineTo(width, height);
      brush.fill();
    }
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  }, wanted);
  return Buffer.from(bytes);
}

/** A film of a moving ball, as this browser records one. */
export async function recordFilm(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [480, 270];
    const brush = canvas.getContext("2d");
    if (brush === null) throw new Error("nothing to draw on");
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let at = 0; at < 12; at += 1) {
      brush.fillStyle = "#31465a";
      brush.fillRect(0, 0, 480, 270);
      brush.fillStyle = "#f0a27a";
      brush.beginPath();
      brush.arc(40 + at * 34, 135, 30, 0, 7);
      brush.fill();
      await new Promise(requestAnimationFrame);
    }
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return Buffer.from(bytes);
}

const RATE_HZ = 8_000;

/** A tone that swells and fades, as a WAV file of mono 8-bit samples. */
export function tone(seconds: number): Buffer {
  const count = Math.round(RATE_HZ * seconds);
  const samples = Buffer.alloc(count);
  for (let at = 0; at < count; at += 1) {
    const loudness = 50 + 50 * Math.sin(at / 2_000);
    samples[at] = 128 + Math.round(loudness * Math.sin((at * 440 * 2 * Math.PI) / RATE_HZ));
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + count, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(count, 40);
  return Buffer.concat([head, samples]);
}

/** Put a file into the server's media. */
export async function upload(token: string, bytes: Buffer, mimetype: string): Promise<Uploaded> {
  const response = await fetch(`${SERVER}/_matrix/media/v3/upload`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": mimetype },
    body: new Uint8Array(bytes),
  });
  const { content_uri: mxc } = (await response.json()) as { content_uri?: string };
  if (mxc === undefined) throw new Error(`not uploaded: ${response.status}`);
  return { mxc, mimetype, size: bytes.length };
}
