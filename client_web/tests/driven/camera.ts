/**
 * A device that is signed in verifies new ones by what its camera sees, and by a picture that is pasted; without a
 * camera it says so.
 */

import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { makeAccount, signInAgain, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, type Person, withBrowser } from "../support/browser.ts";
import { setUpRecovery } from "../support/codes.ts";
import { pictureOf } from "../support/files.ts";
import { filmedPicture } from "../support/films.ts";

const NAME = `uma${Date.now() % 1_000_000}`;
/** What the camera sees; while it is not there, there is no camera. */
const SEEN = join(tmpdir(), `${NAME}.y4m`);

try {
  await withBrowser(
    async (browser) => {
      const trusted = await newPerson(browser, "trusted");
      await signPersonIn(trusted, await makeAccount(NAME, "Parlour on Firefox"));
      await trusted.page.goto("/chat");
      await setUpRecovery(trusted.page);
      await byCamera(browser, trusted);
      await byPastedPicture(browser, trusted);
      expectNoFaults(trusted);
    },
    [`--use-file-for-fake-video-capture=${SEEN}`],
  );
} finally {
  await rm(SEEN, { force: true });
}

/** Without a camera one is told; with one that sees the code, nothing else is to be done. */
async function byCamera(browser: Browser, { page }: Person): Promise<void> {
  const fresh = await freshDevice(browser, "Parlour on Android");
  const code = await shownCode(fresh.page, page);
  await button(page, "Scan its code").click();
  await page.getByText("No camera was found here").waitFor();
  await look(page, "scan-no-camera");
  await button(page, "Back").click();
  await writeFile(SEEN, await filmedPicture(page, code));
  await button(page, "Scan its code").click();
  await finish(fresh, page);
}

/** Text and pictures without a code are refused in words. */
async function byPastedPicture(browser: Browser, { page }: Person): Promise<void> {
  await rm(SEEN);
  const fresh = await freshDevice(browser, "Parlour on a borrowed laptop");
  const code = await shownCode(fresh.page, page);
  await button(page, "Scan its code").click();
  await page.getByText("No camera was found here").waitFor();
  await page.evaluate(() => navigator.clipboard.writeText("no picture"));
  await page.keyboard.press("Control+v");
  await page.getByText("There is no picture to read").waitFor();
  await copy(page, await pictureOf(page, "#2f6b5b"));
  await page.keyboard.press("Control+v");
  await page.getByText("There is no QR code in this picture").waitFor();
  await look(page, "scan-no-code");
  await copy(page, code);
  await button(page, "Paste a picture").click();
  await finish(fresh, page);
}

async function freshDevice(browser: Browser, name: string): Promise<Person> {
  const fresh = await newPerson(browser, name);
  await signPersonIn(fresh, await signInAgain(NAME, name));
  await fresh.page.goto("/chat");
  return fresh;
}

/** The new device asks the other, which agrees, and shows its code. */
async function shownCode(fresh: Page, trusted: Page): Promise<Buffer> {
  await fresh.getByRole("button", { name: /^Use another device/ }).click();
  await trusted.getByRole("heading", { name: "Another device wants to be verified" }).waitFor();
  await button(trusted, "Start").click();
  return fresh.getByTestId("qr-code").screenshot();
}

async function copy(page: Page, picture: Buffer): Promise<void> {
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const blob = new Blob([bytes], { type: "image/png" });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
  }, picture.toString("base64"));
}

async function finish(fresh: Person, trusted: Page): Promise<void> {
  await fresh.page.getByRole("heading", { name: "Does the other device show a green check?" }).waitFor();
  await button(fresh.page, "Yes, it does").click();
  for (const page of [fresh.page, trusted]) {
    await page.getByRole("heading", { name: "Verified" }).waitFor();
    await button(page, "Done").click();
  }
  expectNoFaults(fresh);
  await fresh.context.close();
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}
