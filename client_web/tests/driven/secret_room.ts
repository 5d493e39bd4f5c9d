/**
 * What an encrypted room tells nobody, and gives its members: links are previewed only where that was chosen, and the
 * history is taken along decrypted, with its files, as a page and as data.
 */

import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { makeAccount } from "../support/accounts.ts";
import { expectNoFaults, picture, withBrowser } from "../support/browser.ts";
import { takeAlong } from "../support/exports.ts";
import { pictureOf } from "../support/files.ts";
import { arrive, message, openRoom, roomOf, say, tell } from "../support/steps.ts";
import { unzip } from "../support/zip.ts";

const RUN = Date.now() % 1_000_000;
const SITE = process.env.PARLOUR_LINKED ?? "";
const ENCRYPTED = {
  type: "m.room.encryption",
  state_key: "",
  content: { algorithm: "m.megolm.v1.aes-sha2" },
};

await withBrowser(async (browser) => {
  const ann = await makeAccount(`ann${RUN}`, "Parlour on Firefox");
  const ben = await makeAccount(`ben${RUN}`, "Parlour on Chromium");
  const hut = await roomOf(ann, [ben], { name: "Mountain hut", initial_state: [ENCRYPTED] });
  const hall = await roomOf(ann, [ben], { name: "Hall" });
  const one = await arrive(browser, ann, "ann");
  const two = await arrive(browser, ben, "ben");
  await openRoom(two.page, hut);
  await openRoom(one.page, hut);
  const asked: string[] = [];
  one.page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith("/preview_url")) asked.push(url.searchParams.get("url") ?? "");
  });
  await say(two.page, `A secret: ${SITE}/secret`);
  await message(one.page, "A secret").waitFor();
  await message(one.page, "A secret").getByRole("link").waitFor();
  await openRoom(one.page, hall);
  await tell(ben, hall, `No secret: ${SITE}/open`);
  await message(one.page, "No secret")
    .getByRole("link", { name: /The open page/ })
    .waitFor();
  await openRoom(one.page, hut);
  await message(one.page, "A secret").getByRole("link").waitFor();
  if (asked.some((url) => url.endsWith("/secret"))) throw new Error("the server was told of a secret link");
  await wantsPreviews(one.page, hut);
  await wantsNone(one.page, hall, () => asked.length);

  await talk(one.page, two.page);
  await takesAlong(one.page);
  expectNoFaults(one, two);
});

/** The reader of an encrypted room may choose to have previews there, too. */
async function wantsPreviews(page: Page, hut: string): Promise<void> {
  await page.goto("/settings/privacy");
  await page.getByRole("switch", { name: "Preview links in encrypted rooms too" }).click();
  await openRoom(page, hut);
  await message(page, "A secret")
    .getByRole("link", { name: /The secret page/ })
    .waitFor();
  await picture(page, "preview-encrypted");
}

/** Or nowhere. */
async function wantsNone(page: Page, hall: string, asked: () => number): Promise<void> {
  await page.goto("/settings/privacy");
  await page.getByRole("switch", { name: "Preview links in encrypted rooms too" }).click();
  await page.getByRole("switch", { name: "Preview links", exact: true }).click();
  const before = asked();
  await openRoom(page, hall);
  await message(page, "No secret").getByRole("link").waitFor();
  await page.getByRole("link", { name: "Mountain hut" }).click();
  await message(page, "A secret").getByRole("link").waitFor();
  if (asked() !== before) throw new Error("somebody who wants no previews asked for one");
}

/** A picture with words, an edit, an answer, what was taken back; all of it encrypted. */
async function talk(one: Page, two: Page): Promise<void> {
  await one.goto(two.url());
  const buffer = await pictureOf(one, "#2f6b5b");
  await two
    .locator('input[type="file"]')
    .first()
    .setInputFiles({ name: "slope.png", mimeType: "image/png", buffer });
  await two.getByRole("button", { name: "Send", exact: true }).click();
  await one.getByRole("button", { name: "Show: slope.png" }).waitFor();
  await say(two, "Seven of us come, **really**");
  await message(one, "Seven of us come").waitFor();
  await say(one, "<b>Good</b> & well");
  await message(two, "& well").waitFor();
  const composer = two.getByRole("textbox", { name: /^Message/ });
  await composer.press("ArrowUp");
  await two.getByText("Editing", { exact: false }).first().waitFor();
  await composer.fill("Eight of us come, **really**");
  await composer.press("Enter");
  await message(one, "Eight of us come").waitFor();
  await message(one, "Eight of us come").hover();
  await message(one, "Eight of us come").getByRole("button", { name: "Reply", exact: true }).click();
  await say(one, "Splendid");
  await message(two, "Splendid").hover();
  await message(two, "Splendid").getByRole("button", { name: "Add a reaction 👍" }).click();
  await message(one, "Splendid").getByRole("button", { name: /👍/ }).first().waitFor();
  await say(two, "Forget this");
  await message(one, "Forget this").waitFor();
  await message(two, "Forget this").hover();
  await message(two, "Forget this").getByRole("button", { name: "More", exact: true }).click();
  await two.getByRole("menuitem", { name: "Remove …" }).click();
  await two.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await message(one, "Forget this").waitFor({ state: "detached" });
}

async function takesAlong(page: Page): Promise<void> {
  const alone = (await takeAlong(page, "Web page", false)).toString("utf8");
  expectSaid(alone);
  const packed = unzip(await takeAlong(page, "Web page", true));
  expectSaid(packed.get("history.html")?.toString("utf8") ?? "");
  await lookInside(page, packed);
  const text = (await takeAlong(page, "Plain text", false)).toString("utf8");
  for (const words of [`ben${RUN} (edited): Eight of us come, really`, "[slope.png]", "Splendid"])
    if (!text.includes(words)) throw new Error(`${words} is not in ${text}`);
  const data = unzip(await takeAlong(page, "Data (JSON)", true));
  const history = JSON.parse(data.get("history.json")?.toString("utf8") ?? "{}") as {
    events?: { type: string; decrypted?: boolean; content: { body?: string }; files?: string[] }[];
  };
  const events = history.events ?? [];
  const secret = events.find(({ content }) => content.body?.startsWith("A secret"));
  if (secret?.type !== "m.room.message" || !secret.decrypted) throw new Error("the data are not decrypted");
  const file = events.find(({ files }) => files !== undefined)?.files?.[0] ?? "";
  if (data.get(file)?.subarray(1, 4).toString() !== "PNG") throw new Error(`${file} is no picture`);
}

function expectSaid(html: string): void {
  for (const words of [
    "A secret",
    "Eight of us come, <strong>really</strong>",
    "(edited)",
    "Eight of us come, really</blockquote>",
    "<span>👍 1</span>",
    "&#60;b&#62;Good&#60;/b&#62; &#38; well",
  ])
    if (!html.includes(words)) throw new Error(`${words} is not in ${html}`);
  for (const words of ["Seven of us", "Forget this", "<b>Good"])
    if (html.includes(words)) throw new Error(`${words} is in ${html}`);
}

/** Open the page as whoever has unpacked it does: it shows its pictures, and asks nobody for anything. */
async function lookInside(page: Page, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "history-"));
  await mkdir(join(folder, "files"));
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  const other = await page.context().newPage();
  await other.goto(pathToFileURL(join(folder, "history.html")).href);
  await other.waitForFunction(
    () => [...document.images].length > 0 && [...document.images].every((image) => image.naturalWidth > 0),
  );
  for (const theme of ["light", "dark"] as const) {
    await other.emulateMedia({ colorScheme: theme });
    await picture(other, `history-${theme}`);
  }
  await other.close();
}
