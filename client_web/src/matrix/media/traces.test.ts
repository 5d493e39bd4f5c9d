import { expect, it } from "vitest";
import { cutJpeg, cutPng, cutWebp, orientationOf, withoutTraces } from "./traces";

const text = (words: string): number[] => [...words].map((letter) => letter.charCodeAt(0));

function segment(marker: number, data: readonly number[]): number[] {
  const length = data.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...data];
}

/** EXIF that says how the picture lies, and then where it was taken. */
function exif(orientation: number): number[] {
  const table = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  return segment(0xe1, [
    ...text("Exif"),
    0,
    0,
    ...text("MM"),
    0,
    42,
    0,
    0,
    0,
    8,
    ...table,
    ...text("47.3N 8.5E"),
  ]);
}

function jpeg(...parts: readonly number[][]): Uint8Array<ArrayBuffer> {
  const picture = [...segment(0xdb, [1, 2, 3]), ...segment(0xda, [0]), 9, 9, 9, 0xff, 0xd9];
  return new Uint8Array([0xff, 0xd8, ...parts.flat(), ...picture]);
}

function chunk(kind: string, data: readonly number[]): number[] {
  return [0, 0, 0, data.length, ...text(kind), ...data, 0, 0, 0, 0];
}

function joined(parts: readonly Uint8Array[] | null): Uint8Array {
  return new Uint8Array((parts ?? []).flatMap((part) => [...part]));
}

it("takes place and remarks out of a photograph, and not one byte of the picture", () => {
  const taken = jpeg(exif(1), segment(0xfe, text("secret")), segment(0xe2, text("ICC")));
  expect(joined(cutJpeg(taken))).toEqual(jpeg(segment(0xe2, text("ICC"))));
});

it("sees how a photograph lies", () => {
  expect(orientationOf(jpeg(exif(6)))).toBe(6);
  expect(orientationOf(jpeg(exif(1)))).toBe(1);
  expect(orientationOf(jpeg())).toBe(1);
  expect(orientationOf(jpeg(segment(0xe1, [...text("Exif"), 0, 0, 1])))).toBe(1);
});

it("takes texts and times out of a PNG", () => {
  const head = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  const [size, end] = [chunk("IHDR", [1]), chunk("IEND", [])];
  const taken = new Uint8Array([
    ...head,
    ...size,
    ...chunk("tEXt", text("me")),
    ...chunk("eXIf", [1]),
    ...end,
  ]);
  expect([...joined(cutPng(taken))]).toEqual([...head, ...size, ...end]);
});

it("takes them out of a WebP, whose head says so", () => {
  const part = (kind: string, data: readonly number[]): number[] => [
    ...text(kind),
    data.length,
    0,
    0,
    0,
    ...data,
  ];
  const body = [...part("VP8X", [0x0c, 0]), ...part("EXIF", [1, 2]), ...part("VP8 ", [7, 8])];
  const taken = new Uint8Array([...text("RIFF"), body.length + 4, 0, 0, 0, ...text("WEBP"), ...body]);
  const left = [...part("VP8X", [0, 0]), ...part("VP8 ", [7, 8])];
  expect([...joined(cutWebp(taken))]).toEqual([
    ...text("RIFF"),
    left.length + 4,
    0,
    0,
    0,
    ...text("WEBP"),
    ...left,
  ]);
});

it("leaves alone what it cannot read", async () => {
  expect(cutJpeg(new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 0xff]))).toBeNull();
  expect(cutPng(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xff]))).toBeNull();
  const broken = new File([new Uint8Array([0xff, 0xd8])], "a.jpg", { type: "image/jpeg" });
  expect(await withoutTraces(broken)).toBe(broken);
  const words = new File(["x"], "a.txt", { type: "text/plain" });
  expect(await withoutTraces(words)).toBe(words);
});
