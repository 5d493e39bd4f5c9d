/**
 * Somebody reads: goes back to the beginning, to a day, to a message; sees previews of links, galleries, films, music and
 * code; finds things by search with conditions and among a room's files; and takes the history along.
 */

import type { Page } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, SERVER, withBrowser } from "../support/browser.ts";
import { takeAlong } from "../support/exports.ts";
import { filmOf, pictureOf, soundOf } from "../support/files.ts";
import {
  arrive,
  chooseFrom,
  chooseInHeader,
  message,
  openRoom,
  roomOf,
  send,
  tell,
  until,
} from "../support/steps.ts";
import { unzip } from "../support/zip.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;
const LINKED = process.env.PARLOUR_LINKED ?? "";
const MANY = 120;
const TIMES_SLOWER = 6;

await withBrowser(async (browser) => {
  const ida = await makeAccount(`ida${RUN}`, "Parlour on Firefox");
  const jan = await makeAccount(`jan${RUN}`, "Parlour on Chromium");
  const hall = await roomOf(jan, [ida], { name: "Hall" });
  const first = await tell(jan, hall, "The very first word");
  for (let number = 1; number <= MANY; number += 1) await tell(jan, hall, `word number ${number}`);
  const person = await arrive(browser, ida, "ida");
  const { page } = person;
  await openRoom(page, hall);
  await message(page, `word number ${MANY}`).waitFor();
  await goesBack(page);
  await jumps(page, hall, first);
  await readsCode(page, jan, hall);
  if (LINKED !== "") await seesPreviews(page, jan, hall);
  await playsAndLooks(page, jan, hall);
  await hasReaders(page, { ida, jan }, hall);
  await catchesUp(page, jan, hall);
  await listsThreads(page, jan, hall);
  await searches(page, jan);
  await looksAmongFiles(page, hall);
  await takesAlong(page, hall);
  await chooses(page, hall);
  expectNoFaults(person);
});

/** To the beginning, page by page; only what is looked at is drawn. */
async function goesBack(page: Page): Promise<void> {
  const log = page.getByRole("log").first();
  const beginning = page.getByText("The very first word").first();
  await until("the beginning is there", async () => {
    await log.evaluate((element) => element.scrollTo({ top: 0 }));
    return beginning.isVisible();
  });
  const drawn = await log.getByRole("article").count();
  if (drawn > MANY / 2) throw new Error(`${drawn} messages are drawn at once`);
  await page.keyboard.press("Control+End");
  await message(page, `word number ${MANY}`).waitFor();
}

/** By the link of a message, on to the present, and by a day. */
async function jumps(page: Page, hall: string, first: string): Promise<void> {
  await page.goto(`/chat/${encodeURIComponent(hall)}/${encodeURIComponent(first)}`);
  await message(page, "The very first word").waitFor();
  await page.getByRole("button", { name: "Newest" }).click();
  await message(page, `word number ${MANY}`).waitFor();
  await page.keyboard.press("Alt+g");
  const today = new Date().toLocaleDateString("en-GB", { dateStyle: "full", timeZone: "Europe/Berlin" });
  if (isLooking) await lookAt(page, "jump-to-date");
  await page.getByRole("dialog", { name: "Jump to a day" }).getByRole("button", { name: today }).click();
  await page.waitForURL(/\/chat\/[^/]+\/[^/]+$/);
  await page.getByText("The very first word").first().waitFor();
  await openRoom(page, hall);
}

async function readsCode(page: Page, jan: TestAccount, hall: string): Promise<void> {
  await send(jan, hall, {
    msgtype: "m.text",
    body: "```python\ndef walk(): return 1\n```",
    format: "org.matrix.custom.html",
    formatted_body: '<pre><code class="language-python">def walk(): return 1\n</code></pre>',
  });
  const word = message(page, "def walk").locator("pre span", { hasText: /^def$/ });
  await word.waitFor();
  const colors = await word.evaluate((element) => [
    getComputedStyle(element).color,
    getComputedStyle(element.closest("pre")!).color,
  ]);
  if (colors[0] === colors[1]) throw new Error("code has no colors");
}

async function seesPreviews(page: Page, jan: TestAccount, hall: string): Promise<void> {
  await tell(jan, hall, `Have a look: ${LINKED}`);
  const card = page.getByRole("link", { name: /The hut in winter/ });
  await card.waitFor();
  await card.getByText("How to heat it").waitFor();
}

/** A gallery and its viewer, a blurred picture before the real one, a film and music. */
async function playsAndLooks(page: Page, jan: TestAccount, hall: string): Promise<void> {
  const [one, two] = [
    await upload(jan, await pictureOf(page, "#2f6b5b")),
    await upload(jan, await pictureOf(page, "#b5532a")),
  ];
  const info = { mimetype: "image/png", w: 320, h: 200 };
  await send(jan, hall, {
    msgtype: "m.image",
    body: "blurred.png",
    url: one,
    info: { ...info, "xyz.amorgan.blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj" },
  });
  await page.getByRole("log").first().locator("canvas").first().waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Show: blurred.png" }).waitFor();
  const items = [
    { itemtype: "m.image", body: "one.png", url: one, info },
    { itemtype: "m.image", body: "two.png", url: two, info },
  ];
  await send(jan, hall, { msgtype: "m.gallery", body: "Two of them", itemtypes: items });
  await looksThroughGallery(page);
  await plays(page, jan, hall);
}

async function looksThroughGallery(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Show: one.png" }).click();
  const viewer = page.getByRole("dialog", { name: "one.png" });
  await viewer.getByRole("img", { name: "one.png" }).waitFor();
  await viewer.getByRole("button", { name: "Larger" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("dialog", { name: "two.png" }).getByRole("img", { name: "two.png" }).waitFor();
  if (isLooking) await lookAt(page, "viewer");
  const saved = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("button", { name: "Save …" }).click();
  if ((await saved).suggestedFilename() !== "two.png") throw new Error("the picture has another name");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("dialog", { name: "one.png" }).waitFor();
  await page.keyboard.press("Escape");
}

async function plays(page: Page, jan: TestAccount, hall: string): Promise<void> {
  const music = await upload(jan, soundOf(), "audio/wav");
  await send(jan, hall, {
    msgtype: "m.audio",
    body: "song.wav",
    url: music,
    info: { mimetype: "audio/wav" },
  });
  const player = page.getByRole("group", { name: /^song\.wav/ });
  await player.getByRole("button", { name: "Play" }).click();
  await player.getByRole("button", { name: "Pause" }).click();
  await player.getByRole("button", { name: "Play" }).waitFor();
  const film = await upload(jan, await filmOf(page), "video/webm");
  await send(jan, hall, {
    msgtype: "m.video",
    body: "walk.webm",
    url: film,
    info: { mimetype: "video/webm" },
  });
  await page.getByRole("button", { name: "Play: walk.webm" }).click();
  await page.waitForFunction(() => {
    const shown = document.querySelector("video");
    return shown !== null && shown.readyState >= 2 && shown.videoWidth > 0;
  });
}

async function upload(account: TestAccount, bytes: Buffer, kind = "image/png"): Promise<string> {
  const answer = await fetch(`${SERVER}/_matrix/media/v3/upload`, {
    method: "POST",
    headers: { Authorization: `Bearer ${account.accessToken}`, "Content-Type": kind },
    body: new Uint8Array(bytes),
  });
  return String(((await answer.json()) as { content_uri?: string }).content_uri);
}

interface Two {
  readonly ida: TestAccount;
  readonly jan: TestAccount;
}

/** Whoever reads where others see it is seen; whoever chose not to be, is not. */
async function hasReaders(page: Page, { ida, jan }: Two, hall: string): Promise<void> {
  const room = `/rooms/${encodeURIComponent(hall)}`;
  const seen = await tell(jan, hall, "Read this");
  await message(page, "Read this").waitFor();
  await until("her receipt is told", async () => (await readerOf(jan, hall, seen)).includes(ida.userId));
  const answer = await send(ida, hall, { msgtype: "m.text", body: "I have" });
  await ask("POST", `${room}/receipt/m.read/${encodeURIComponent(answer)}`, jan.accessToken, {});
  await page
    .getByRole("log")
    .first()
    .getByRole("button", { name: /Read by jan/ })
    .or(page.getByLabel(/Read by jan/))
    .first()
    .waitFor();
  await page.goto("/settings/privacy");
  await page.getByRole("switch", { name: "Show others what I have read" }).click();
  await openRoom(page, hall);
  const unseen = await tell(jan, hall, "Read this in secret");
  await message(page, "Read this in secret").waitFor();
  await until("her own marker moved", async () => (await ownMarker(ida, hall)) === unseen);
  if ((await readerOf(jan, hall, unseen)).includes(ida.userId)) throw new Error("she was told on");
}

/** Whom others see at an event. */
async function readerOf(account: TestAccount, roomId: string, eventId: string): Promise<readonly string[]> {
  const filter = JSON.stringify({ room: { rooms: [roomId], timeline: { limit: 1 } } });
  const sync = await ask("GET", `/sync?timeout=0&filter=${encodeURIComponent(filter)}`, account.accessToken);
  const { join } = sync.rooms as {
    join: Record<
      string,
      { ephemeral: { events: { type: string; content: Record<string, { "m.read"?: object }> }[] } }
    >;
  };
  const receipts = join[roomId]?.ephemeral.events.find((event) => event.type === "m.receipt");
  return Object.keys(receipts?.content[eventId]?.["m.read"] ?? {});
}

async function ownMarker(account: TestAccount, roomId: string): Promise<unknown> {
  const path = `/user/${encodeURIComponent(account.userId)}/rooms/${encodeURIComponent(roomId)}/account_data/m.fully_read`;
  return (await ask("GET", path, account.accessToken)).event_id;
}

/** What was said while the page was closed is there afterwards, also what is in the gap. */
async function catchesUp(page: Page, jan: TestAccount, hall: string): Promise<void> {
  const before = await tell(jan, hall, "Before the tunnel");
  await message(page, "Before the tunnel").waitFor();
  await page.goto("/config.json");
  for (let number = 1; number <= MANY; number += 1) await tell(jan, hall, `in the tunnel ${number}`);
  await openRoom(page, hall);
  await message(page, `in the tunnel ${MANY}`).waitFor();
  // Pages are loaded faster than a slow machine draws: on its way there, the message moves again and again.
  await onSlowMachine(page, async () => {
    await page.goto(`/chat/${encodeURIComponent(hall)}/${encodeURIComponent(before)}`);
    await message(page, "Before the tunnel").waitFor();
    await page
      .getByRole("article", { name: /in the tunnel 1$/ })
      .first()
      .waitFor();
  });
  await openRoom(page, hall);
}

async function onSlowMachine(page: Page, act: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: TIMES_SLOWER });
  await act();
  await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await session.detach();
}

async function listsThreads(page: Page, jan: TestAccount, hall: string): Promise<void> {
  const root = await tell(jan, hall, "About the roof");
  await send(jan, hall, {
    msgtype: "m.text",
    body: "It leaks",
    "m.relates_to": { rel_type: "m.thread", event_id: root },
  });
  await message(page, "About the roof").getByText("1 reply").waitFor();
  await page.keyboard.press("Alt+t");
  const panel = page.locator('aside[data-area="panel"]');
  await panel.getByText("About the roof").click();
  await panel.getByText("It leaks").first().waitFor();
  await panel.getByRole("button", { name: "Close" }).click();
}

/** Here, on the server, and by conditions. */
async function searches(page: Page, jan: TestAccount): Promise<void> {
  await page.keyboard.press("Control+f");
  const panel = page.locator('aside[data-area="panel"]');
  const find = panel.getByRole("searchbox");
  const results = panel.getByRole("list").getByRole("button");
  // This browser has not read it: the server has to find it.
  const attic = await roomOf(jan, [], { name: "Attic" });
  await tell(jan, attic, "An umbrella stands here");
  await find.fill("umbrella");
  await panel.getByText("Nothing found").waitFor();
  await find.fill(`from:@jan${RUN} roof`);
  await results.filter({ hasText: "roof" }).first().waitFor();
  await find.fill(`from:@ida${RUN} roof`);
  await panel.getByText("Nothing found").waitFor();
  await find.fill("has:image png");
  await results.filter({ hasText: "blurred.png" }).first().waitFor();
  await find.fill("before:2020-01-01 word");
  await panel.getByText("Nothing found").waitFor();
  await find.fill("after:2020-01-01 word");
  await results.first().waitFor();
  if (isLooking) await lookAt(page, "search-conditions");
  await panel.getByRole("button", { name: "Close" }).click();
}

async function looksAmongFiles(page: Page, hall: string): Promise<void> {
  await openRoom(page, hall);
  await chooseInHeader(page, /^Files/);
  const panel = page.locator('aside[data-area="panel"]');
  await panel.getByRole("button", { name: "Show: one.png" }).waitFor();
  if (isLooking) await lookAt(page, "files");
  await panel.getByRole("tab", { name: "Files" }).click();
  await panel.getByText("song.wav").first().waitFor();
  await panel.getByRole("tab", { name: "Links" }).click();
  if (LINKED !== "")
    await panel
      .getByRole("link", { name: new RegExp(new URL(LINKED).host) })
      .first()
      .waitFor();
  await panel.getByRole("button", { name: "Close" }).click();
}

/** As a page, and as JSON with the files. */
async function takesAlong(page: Page, hall: string): Promise<void> {
  await openRoom(page, hall);
  const html = (await takeAlong(page, "Web page", false)).toString("utf8");
  if (!html.includes("The very first word") || !html.includes(`in the tunnel ${MANY}`))
    throw new Error("not all of it");
  const files = unzip(await takeAlong(page, "Data (JSON)", true));
  const data = [...files].find(([name]) => name.endsWith(".json"))?.[1].toString("utf8") ?? "";
  if (!data.includes(hall) || !data.includes("The very first word")) throw new Error("no JSON of it");
  if (![...files].some(([name]) => name.endsWith(".png")))
    throw new Error(`no files: ${[...files.keys()].join(" ")}`);
}

/** Theme, density, the list of keys, and what developers look at. */
async function chooses(page: Page, hall: string): Promise<void> {
  await page.goto("/settings/appearance");
  await page
    .getByRole("radio", { name: "Dark" })
    .or(page.getByRole("button", { name: "Dark" }))
    .first()
    .click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page
    .getByRole("radio", { name: "Compact" })
    .or(page.getByRole("button", { name: "Compact" }))
    .first()
    .click();
  await page.waitForFunction(() => document.documentElement.dataset.density === "compact");
  await openRoom(page, hall);
  await page.keyboard.press("Control+/");
  await page
    .getByRole("dialog", { name: "Keyboard shortcuts" })
    .getByText("Ctrl", { exact: false })
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await page.goto("/settings/about");
  await page.getByRole("switch", { name: /developer/i }).click();
  await openRoom(page, hall);
  await chooseFrom(page, message(page, "About the roof"), "Show source");
  await page.getByRole("dialog").getByText('"m.room.message"').waitFor();
  await page.keyboard.press("Escape");
}
