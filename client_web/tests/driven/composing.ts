/**
 * What somebody writes with: the bar that formats, files that are dropped and pasted, with captions, previews and
 * progress, messages that are picked together; who removed a message; what waits outlives the page, and everything
 * goes over the WebSocket.
 */

import type { Page, Route } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, type Person, withBrowser } from "../support/browser.ts";
import { arrive, chooseFrom, field, message, openRoom, roomOf, say, tell, until } from "../support/steps.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;
const ENCRYPTION = {
  type: "m.room.encryption",
  state_key: "",
  content: { algorithm: "m.megolm.v1.aes-sha2" },
};
const NOTES = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("bread, lamps, ropes") };

await withBrowser(async (browser) => {
  const [ada, ben] = [await makeAccount(`ada${RUN}`, "ada"), await makeAccount(`ben${RUN}`, "ben")];
  const hut = await roomOf(ada, [ben], { name: "Hut", power_level_content_override: { redact: 0 } });
  const store = await roomOf(ada, [ben], { name: "Store room" });
  const cellar = await roomOf(ada, [ben], { name: "Cellar", initial_state: [ENCRYPTION] });
  const person = await arrive(browser, ada, "ada");
  const { page } = person;
  await openRoom(page, hut);
  await goesOverSocket(page, ben, hut);
  await formats(page);
  await sendsFiles(page);
  await triesAgain(page);
  await picks(page, ben, hut, store);
  await tellsWhoRemoved(page, ben, hut);
  await keepsWhatWaits(person, cellar);
  expectNoFaults(person);
});

/** Messages, typing and receipts take the connection that sync keeps open. */
async function goesOverSocket(page: Page, ben: TestAccount, roomId: string): Promise<void> {
  const byHttp: string[] = [];
  const note = (request: { method(): string; url(): string }): void => {
    if (/\/(?:send|typing|receipt|read_markers)(?:\/|$)/.test(new URL(request.url()).pathname))
      byHttp.push(`${request.method()} ${request.url()}`);
  };
  page.on("request", note);
  await tell(ben, roomId, "Anybody there?");
  await message(page, "Anybody there?").waitFor();
  await field(page).pressSequentially("Yes, here");
  await field(page).press("Enter");
  await page.locator("article[data-event-id]", { hasText: "Yes, here" }).waitFor();
  await until("Ben sees what Ada has read", () => hasRead(ben, roomId));
  page.off("request", note);
  if (byHttp.length > 0) throw new Error(`By HTTP: ${byHttp.join(", ")}`);
}

async function hasRead(ben: TestAccount, roomId: string): Promise<boolean> {
  const filter = encodeURIComponent(JSON.stringify({ room: { rooms: [roomId] } }));
  const synced = await ask("GET", `/sync?timeout=0&filter=${filter}`, ben.accessToken);
  return JSON.stringify(synced).includes(`"@ada${RUN}:localhost":{"ts"`);
}

async function formats(page: Page): Promise<void> {
  const bar = page.getByRole("toolbar", { name: "Format" });
  await field(page).fill("so it is");
  await field(page).press("Home");
  for (let step = 0; step < 3; step += 1) await field(page).press("ArrowRight");
  for (let step = 0; step < 2; step += 1) await field(page).press("Shift+ArrowRight");
  await bar.waitFor();
  if (isLooking) await lookAt(page, "format-bar");
  await bar.getByRole("button", { name: "Bold" }).click();
  await expectText(page, "so **it** is");
  await bar.getByRole("button", { name: "Bold" }).click();
  await expectText(page, "so it is");
  await bar.getByRole("button", { name: "Strike through" }).click();
  await field(page).press("Enter");
  await bar.waitFor({ state: "detached" });
  await message(page, "so it is").locator("del, s").getByText("it").waitFor();
}

async function expectText(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.querySelector<HTMLTextAreaElement>('[data-area="composer"] textarea')?.value === wanted,
    text,
  );
}

async function sendsFiles(page: Page): Promise<void> {
  await drop(page, ["hill.png", "lake.png"]);
  await page.getByRole("textbox", { name: "Caption of hill.png" }).fill("The **hill**");
  await page.getByRole("textbox", { name: "Caption of lake.png" }).fill("The lake");
  if (isLooking) await lookAt(page, "attachments");
  await field(page).press("Enter");
  await message(page, "The hill").locator("strong").waitFor();
  for (const caption of ["The hill", "The lake"]) {
    await page.locator("article[data-event-id]", { hasText: caption }).getByRole("img").first().waitFor();
  }
  await paste(page);
  await page.getByText("Picture.png").waitFor();
  await showsProgress(page);
}

/** Drop pictures onto the conversation, as from a folder; where they may be dropped is shown. */
async function drop(page: Page, names: readonly string[]): Promise<void> {
  const data = await page.evaluateHandle(async (wanted) => {
    const transfer = new DataTransfer();
    for (const [index, name] of wanted.entries()) {
      const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
      const context = canvas.getContext("2d")!;
      context.fillStyle = index === 0 ? "#2f6b5b" : "#41699a";
      context.fillRect(0, 80, 320, 120);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
      transfer.items.add(new File([blob!], name, { type: "image/png" }));
    }
    return transfer;
  }, names);
  const log = page.getByRole("log");
  await log.dispatchEvent("dragenter", { dataTransfer: data });
  await page.getByText("Drop files to send them here").waitFor();
  if (isLooking) await lookAt(page, "drop");
  await log.dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("Drop files to send them here").waitFor({ state: "detached" });
}

async function paste(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 60 });
    canvas.getContext("2d")!.fillRect(10, 10, 40, 30);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob! })]);
  });
  await field(page).focus();
  await page.keyboard.press("ControlOrMeta+v");
}

/** While a file is on its way, it is shown with how far it has come. */
async function showsProgress(page: Page): Promise<void> {
  let letGo: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const hold = async (route: Route): Promise<void> => {
    await released;
    await route.continue();
  };
  await page.route("**/_matrix/media/v3/upload*", hold);
  await say(page, "A detail");
  const waiting = message(page, "A detail");
  await waiting.getByRole("progressbar").waitFor();
  await page.waitForFunction(isInSight);
  if (isLooking) await lookAt(page, "uploading");
  letGo();
  await page.locator("article[data-event-id]", { hasText: "A detail" }).waitFor();
  await waiting.getByRole("progressbar").waitFor({ state: "detached" });
  await page.unroute("**/_matrix/media/v3/upload*", hold);
}

/** In the page: whether the bar of progress is within what is shown of the conversation. */
function isInSight(): boolean {
  const bar = document.querySelector("article [role=progressbar]")?.getBoundingClientRect();
  const log = document.querySelector("[role=log]")?.getBoundingClientRect();
  return bar !== undefined && log !== undefined && bar.bottom <= log.bottom;
}

/** What was refused waits for somebody to try it again, also when the page was loaded anew meanwhile. */
async function triesAgain(page: Page): Promise<void> {
  const refuse = (route: Route): Promise<void> =>
    route.fulfill({ status: 403, json: { errcode: "M_FORBIDDEN", error: "Not now" } });
  await page.route("**/_matrix/media/v3/upload*", refuse);
  await page.locator("input[type=file]").first().setInputFiles(NOTES);
  await say(page, "What to bring");
  await message(page, "What to bring").getByRole("alert").waitFor();
  await page.unroute("**/_matrix/media/v3/upload*", refuse);
  await page.reload();
  await message(page, "What to bring").getByRole("button", { name: "Send again" }).click();
  await page.locator("article[data-event-id]", { hasText: "What to bring" }).waitFor();
}

async function picks(page: Page, ben: TestAccount, hut: string, store: string): Promise<void> {
  for (const text of ["one rope", "two lamps"]) await say(page, text);
  await page.locator("article[data-event-id]", { hasText: "two lamps" }).waitFor();
  await tell(ben, hut, "three maps");
  await chooseFrom(page, message(page, "two lamps"), "Select");
  const bar = page.getByRole("toolbar", { name: /selected/ });
  for (const text of ["three maps", "one rope"])
    await message(page, text).getByRole("checkbox").click({ force: true });
  await bar.getByText("3 messages selected").waitFor();
  if (isLooking) await lookAt(page, "selected");
  await bar.getByRole("button", { name: "Forward" }).click();
  await page.getByRole("textbox", { name: "Find a room or person" }).fill("Store");
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Done" }).last().click();
  await field(page).waitFor();
  await chooseFrom(page, message(page, "one rope"), "Select");
  await message(page, "three maps").getByRole("checkbox").click({ force: true });
  await bar.getByRole("button", { name: "Copy" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  if (!/: one rope\n.*: three maps$/.test(copied)) throw new Error(`Copied: ${copied}`);
  await chooseFrom(page, message(page, "one rope"), "Select");
  await message(page, "two lamps").getByRole("checkbox").click({ force: true });
  await bar.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("heading", { name: "Remove 2 messages?" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  for (const text of ["one rope", "two lamps"]) await page.getByText(text).waitFor({ state: "detached" });
  const forwarded = await ask(
    "GET",
    `/rooms/${encodeURIComponent(store)}/messages?dir=b&limit=3`,
    ben.accessToken,
  );
  const bodies = (forwarded.chunk as { content: { body: string } }[]).map((event) => event.content.body);
  if (bodies.join() !== "three maps,two lamps,one rope") throw new Error(`Forwarded: ${bodies.join()}`);
}

async function tellsWhoRemoved(page: Page, ben: TestAccount, roomId: string): Promise<void> {
  await say(page, "off the topic");
  const sent = page.locator("article[data-event-id]", { hasText: "off the topic" });
  const eventId = (await sent.getAttribute("data-event-id")) ?? "";
  const path = `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(eventId)}/r${RUN}`;
  await ask("PUT", path, ben.accessToken, { reason: "Elsewhere, please" });
  await page.getByText(`ben${RUN} removed this message: Elsewhere, please`).waitFor();
}

/** Written without a network, in an encrypted room: it goes out in its order, after the page was loaded anew. */
async function keepsWhatWaits({ context, page }: Person, roomId: string): Promise<void> {
  await openRoom(page, roomId);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  for (const text of ["first of all", "never mind", "then this"]) await say(page, text);
  await page.locator("input[type=file]").first().setInputFiles(NOTES);
  await say(page, "and a list");
  await message(page, "never mind").getByRole("button", { name: "Discard" }).click();
  await message(page, "and a list").waitFor();
  await page.reload();
  for (const text of ["first of all", "then this", "and a list"]) await message(page, text).waitFor();
  if (isLooking) await lookAt(page, "waiting");
  await context.setOffline(false);
  for (const text of ["first of all", "then this", "and a list"]) {
    await page.locator("article[data-event-id]", { hasText: text }).waitFor({ timeout: 60_000 });
  }
  const shown = await page.locator("article").allInnerTexts();
  const order = ["first of all", "then this", "and a list"].map((text) =>
    shown.findIndex((each) => each.includes(text)),
  );
  if (order.some((place, index) => place < (order[index - 1] ?? 0)))
    throw new Error(`Order: ${shown.join("\n")}`);
  if (shown.some((text) => text.includes("never mind"))) throw new Error("What was given up has come back.");
  await page.reload();
  await message(page, "and a list").waitFor();
  const again = await page.locator("article", { hasText: "first of all" }).count();
  if (again !== 1) throw new Error(`It was sent ${again} times.`);
}
