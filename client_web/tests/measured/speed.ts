/** How fast the client is, in a browser: loads, room switches, sending to seeing, scrolling. Prints figures as JSON. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page, Request } from "playwright-core";
import { signPersonIn } from "../support/accounts.ts";
import { newPerson, type Person, withBrowser } from "../support/browser.ts";

interface Login {
  readonly user_id: string;
  readonly device_id: string;
  readonly access_token: string;
}

interface Told {
  readonly reader: Login;
  readonly writer: Login;
  readonly rooms: readonly string[];
  /** The number of the last message of each room but the long one. */
  readonly last: number;
}

const told = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Told;
const DIST = new URL("../../dist/", import.meta.url).pathname;
const SWITCHES = 30;
const MESSAGES = 40;
const SCROLLED_MS = 12_000;
const QUIET_MS = 3_000;
const FIRST_LOADS = 5;

await withBrowser(async (browser) => {
  const figures: Record<string, number> = {};
  const reader = await arrive(browser, "reader", told.reader);
  Object.assign(figures, await firstLoad(reader));
  figures.again_ms = (await load(reader.page)).shown;
  await reader.page.waitForTimeout(QUIET_MS);
  Object.assign(figures, await switching(reader.page));
  const writer = await arrive(browser, "writer", told.writer);
  await load(writer.page);
  Object.assign(figures, await sendingToSeeing(writer.page, reader.page));
  await writer.context.close();
  Object.assign(figures, await scrolling(reader.page));
  await reader.context.close();
  Object.assign(figures, await moreFirstLoads(browser, figures.first_ms ?? Number.NaN));
  process.stdout.write(`${JSON.stringify(figures)}\n`);
});

async function arrive(browser: Browser, name: string, login: Login): Promise<Person> {
  const person = await newPerson(browser, name);
  await signPersonIn(person, {
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
  });
  return person;
}

async function firstLoad({ page }: Person): Promise<Record<string, number>> {
  const scripts: Request[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(request);
  });
  const { shown, began } = await load(page);
  page.removeAllListeners("request");
  const asked = scripts.filter((request) => request.timing().startTime < began + shown);
  const files = new Set(asked.map((request) => new URL(request.url()).pathname));
  const bytes = [...files].map((path) => compressedSize(join(DIST, path.slice(1))));
  await page.waitForTimeout(QUIET_MS);
  return { first_ms: shown, scripts_kb: bytes.reduce((sum, size) => sum + size, 0) / 1000 };
}

/** Load it in browsers that have nothing yet. They come last: a device with other keys is odd to its server. */
async function moreFirstLoads(browser: Browser, first: number): Promise<Record<string, number>> {
  const loads = [first];
  while (loads.length < FIRST_LOADS) {
    const { page, context } = await arrive(browser, `fresh ${loads.length}`, told.reader);
    loads.push((await load(page)).shown);
    await page.waitForTimeout(QUIET_MS);
    await context.close();
  }
  return { first_ms: percentile(loads, 50), first_max_ms: Math.max(...loads) };
}

function compressedSize(file: string): number {
  return statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size;
}

/** Load the chat; return when the frame came with rooms that can be opened, in ms after the load began. */
async function load(page: Page): Promise<{ shown: number; began: number }> {
  await page.addInitScript(() => {
    const watcher = new MutationObserver(() => {
      if (document.querySelector("[data-room]") === null) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => performance.mark("rooms")));
    });
    watcher.observe(document, { childList: true, subtree: true });
  });
  await page.goto("/chat", { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("rooms").length > 0);
  return await page.evaluate(() => ({
    shown: performance.getEntriesByName("rooms")[0]?.startTime ?? Number.NaN,
    began: performance.timeOrigin,
  }));
}

async function switching(page: Page): Promise<Record<string, number>> {
  const later = page.getByRole("button", { name: "Not now" });
  if (await later.isVisible()) await later.click();
  // Only the rows that are seen exist, and reading a room may move it: each time one is taken that is there.
  const opened = new Set<string>([told.rooms[0] ?? ""]);
  const fresh: number[] = [];
  while (fresh.length < SWITCHES) {
    const room = (await rowsSeen(page)).find((seen) => !opened.has(seen));
    if (room === undefined) break;
    opened.add(room);
    fresh.push(await open(page, room));
  }
  const again: number[] = [];
  for (const room of [...opened].slice(1)) {
    if ((await rowsSeen(page)).includes(room)) again.push(await open(page, room));
  }
  return {
    switch_p50_ms: percentile(fresh, 50),
    switch_p95_ms: percentile(fresh, 95),
    ...(again.length > 0 && { switch_again_p50_ms: percentile(again, 50) }),
  };
}

function rowsSeen(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[data-room]")].map((row) => row.dataset.room ?? ""),
  );
}

/** Press on a room; return how long it was until the frame with its newest message. */
async function open(page: Page, room: string): Promise<number> {
  const text = `This is what was said ${told.last} in ${told.rooms.indexOf(room)},`;
  const ms = await page.evaluate(
    ({ room, text }) =>
      new Promise<number>((resolve, reject) => {
        const row = document.querySelector<HTMLElement>(`[data-room="${CSS.escape(room)}"]`);
        if (row === null) return reject(new Error(`no row of ${room}`));
        const began = performance.now();
        const look = (): void => {
          const shown = document.querySelector('[role="log"]')?.textContent?.includes(text);
          if (shown) requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
          else if (performance.now() - began > 10_000) reject(new Error(`${text} was not shown`));
          else requestAnimationFrame(look);
        };
        row.click();
        look();
      }),
    { room, text },
  );
  await page.waitForTimeout(100);
  return ms;
}

async function sendingToSeeing(from: Page, to: Page): Promise<Record<string, number>> {
  const room = told.rooms[1] ?? "";
  for (const page of [from, to]) {
    await page.goto(`/chat/${encodeURIComponent(room)}`);
    await page.getByText(`This is what was said ${told.last} in 1,`).waitFor();
    const later = page.getByRole("button", { name: "Not now" });
    await page.waitForTimeout(QUIET_MS);
    if (await later.isVisible()) await later.click();
  }
  const composer = from.getByRole("textbox", { name: /^Message/ });
  const taken: number[] = [];
  for (let number = 0; number < MESSAGES; number += 1) {
    const text = `seen-${number}-there`;
    const seen = to.evaluate(seenAt, text);
    await composer.fill(text);
    const pressed = await from.evaluate(pressEnter);
    taken.push((await seen) - pressed);
    await from.waitForTimeout(150);
  }
  return { seen_p50_ms: percentile(taken, 50), seen_p95_ms: percentile(taken, 95) };
}

/** Press Enter in what has the focus, in the page itself, and return when: the browser's own way costs a round trip. */
function pressEnter(): number {
  const began = performance.timeOrigin + performance.now();
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", {
      key: "Enter",
      code: "Enter",
      keyCode: 13,
      bubbles: true,
      cancelable: true,
    }),
  );
  return began;
}

function seenAt(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${text} was not seen`)), 10_000);
    const look = (): void => {
      if (!document.querySelector('[role="log"]')?.textContent?.includes(text)) return;
      clearTimeout(late);
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
  });
}

async function scrolling(page: Page): Promise<Record<string, number>> {
  await page.goto(`/chat/${encodeURIComponent(told.rooms[0] ?? "")}`);
  const list = page.getByRole("log");
  await list.getByRole("article").first().waitFor();
  await page.waitForTimeout(QUIET_MS);
  // First through all of it once, so that what is measured is drawing and not the network.
  await page.evaluate(scrollFor, { ms: 8_000, by: -2_500 });
  await page.waitForTimeout(QUIET_MS);
  const there = await page.evaluate(scrollFor, { ms: SCROLLED_MS / 2, by: 140 });
  const back = await page.evaluate(scrollFor, { ms: SCROLLED_MS / 2, by: -140 });
  const frames = [...there.frames, ...back.frames];
  return {
    frame_p50_ms: percentile(frames, 50),
    frame_p95_ms: percentile(frames, 95),
    frames_late: (100 * frames.filter((frame) => frame > 25).length) / frames.length,
    rows: there.rows + back.rows,
  };
}

function scrollFor({ ms, by }: { ms: number; by: number }): Promise<{ frames: number[]; rows: number }> {
  const scroller = document.querySelector<HTMLElement>('[role="log"]');
  if (scroller === null) throw new Error("no timeline");
  return new Promise((resolve) => {
    const frames: number[] = [];
    const seen = new Set<string>();
    const began = performance.now();
    let before = began;
    const step = (now: number): void => {
      if (now > before) frames.push(now - before);
      before = now;
      scroller.scrollTop += by;
      for (const row of scroller.querySelectorAll("[data-index]")) seen.add(row.textContent ?? "");
      if (now - began < ms) requestAnimationFrame(step);
      else resolve({ frames, rows: seen.size });
    };
    requestAnimationFrame(step);
  });
}

function percentile(samples: readonly number[], percent: number): number {
  const ordered = [...samples].sort((one, other) => one - other);
  const found = ordered[Math.max(Math.ceil((percent / 100) * ordered.length), 1) - 1];
  if (found === undefined) throw new Error("nothing was measured");
  return found;
}
