// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32";
import { ZipWriter } from "./zip";

describe("a ZIP file", () => {
  it("has the checksum that everybody knows", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  it("is read by another implementation", async () => {
    const parts: Uint8Array[] = [];
    const zip = new ZipWriter(
      { write: async (part) => void parts.push(part) },
      new Date(2026, 0, 2, 3, 4, 6),
    );
    await zip.add("profile.json", '{"name":"Zoë"}');
    await zip.add("rooms/1 ü.json", "x".repeat(100_000));
    await zip.finish();
    const file = join(mkdtempSync(join(tmpdir(), "zip-")), "export.zip");
    writeFileSync(file, Buffer.concat(parts));
    const script =
      "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;" +
      "print('|'.join(f'{i.filename} {i.file_size} {i.date_time[0]}' for i in z.infolist()))";
    const read = execFileSync("python3", ["-c", script, file], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, PYTHONUTF8: "1" },
    });
    expect(read.trim()).toBe("profile.json 15 2026|rooms/1 ü.json 100000 2026");
  });
});
