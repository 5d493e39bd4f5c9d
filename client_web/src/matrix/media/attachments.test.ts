import { describe, expect, it } from "vitest";
import { decryptFile, encryptFile } from "./attachments";
import { shownAs } from "./mime";

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;

describe("encrypted files", () => {
  it("come back as they went", async () => {
    const { encrypted, file } = await encryptFile(bytes("secret"));
    const clear = await decryptFile(encrypted, { ...file, url: "mxc://example.org/x" });
    expect(new TextDecoder().decode(clear)).toBe("secret");
  });

  it("are refused where a byte is another one", async () => {
    const { encrypted, file } = await encryptFile(bytes("secret"));
    new Uint8Array(encrypted)[0]! ^= 1;
    await expect(decryptFile(encrypted, { ...file, url: "mxc://example.org/x" })).rejects.toMatchObject({
      word: "attachment_damaged",
    });
  });

  it.each([
    [{ iv: "AAAA" }],
    [{ iv: "%%%" }],
    [{ key: { alg: "none", k: "x" } }],
    [{ key: null }],
    [{ hashes: {} }],
    [{ hashes: null }],
  ])("are refused where %j is wrong", async (wrong) => {
    const { encrypted, file } = await encryptFile(bytes("secret"));
    const broken = { ...file, url: "mxc://example.org/x", ...wrong } as never;
    await expect(decryptFile(encrypted, broken)).rejects.toMatchObject({ word: "attachment_damaged" });
  });
});

describe("the type that the browser is told", () => {
  it.each(["image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "application/javascript", ""])(
    "is never %s",
    (said) => expect(shownAs(said, bytes("<svg onload=alert(1)>"))).toBe("application/octet-stream"),
  );

  it("is what the bytes are where nothing harmless was said", () => {
    expect(shownAs("", bytes("GIF89a"))).toBe("image/gif");
    expect(shownAs("IMAGE/PNG; x=y", bytes("x"))).toBe("image/png");
  });
});
