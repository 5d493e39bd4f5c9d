// @vitest-environment node
import { describe, expect, it } from "vitest";
import { openKeyFile, sealKeyFile } from "./keyFile";

const ROUNDS = 1_000;

describe("a file of keys", () => {
  it("opens with the passphrase it was sealed with", async () => {
    const file = await sealKeyFile('[{"session_id":"ä"}]', "a long passphrase", ROUNDS);
    expect(file.split("\n")[0]).toBe("-----BEGIN MEGOLM SESSION DATA-----");
    expect(await openKeyFile(file, "a long passphrase")).toBe('[{"session_id":"ä"}]');
  });

  it("stays shut with another passphrase", async () => {
    const file = await sealKeyFile("[]", "a long passphrase", ROUNDS);
    await expect(openKeyFile(file, "another one")).rejects.toMatchObject({ word: "wrong_passphrase" });
  });

  it("that was changed on the way is refused", async () => {
    const lines = (await sealKeyFile("[1,2,3,4,5,6,7,8,9,10]", "a long passphrase", ROUNDS)).split("\n");
    lines[2] = `${lines[2]?.startsWith("A") ? "B" : "A"}${lines[2]?.slice(1)}`;
    await expect(openKeyFile(lines.join("\n"), "a long passphrase")).rejects.toMatchObject({
      word: "wrong_passphrase",
    });
  });

  it.each([
    "",
    "hello",
    "-----BEGIN MEGOLM SESSION DATA-----\n*\n-----END MEGOLM SESSION DATA-----",
    sized(0),
  ])("is told from anything else (%#)", async (file) => {
    await expect(openKeyFile(file, "x")).rejects.toMatchObject({ word: "bad_key_file" });
  });

  it("that wants a thousand million rounds is refused at once", async () => {
    await expect(openKeyFile(sized(1_000_000_000), "x")).rejects.toMatchObject({ word: "bad_key_file" });
  });

  it("may have been given other ends of lines", async () => {
    const file = await sealKeyFile("plain", "a long passphrase", ROUNDS);
    expect(await openKeyFile(file.replaceAll("\n", "\r\n"), "a long passphrase")).toBe("plain");
  });
});

function sized(rounds: number): string {
  const data = new Uint8Array(100);
  data[0] = 1;
  new DataView(data.buffer).setUint32(33, rounds);
  return `-----BEGIN MEGOLM SESSION DATA-----\n${btoa(String.fromCharCode(...data))}\n-----END MEGOLM SESSION DATA-----`;
}
