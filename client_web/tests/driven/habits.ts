/**
 * What somebody takes for granted: words are copied from the conversation, the server finds what this browser never
 * read, who is invited reads what was said before, a passphrase opens the history on another device, developers see a
 * room's state, and the page can be installed.
 */

import type { Browser, Page } from "playwright-core";
import { makeAccount, signInAgain, signPersonIn, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, type Person, SERVER, withBrowser } from "../support/browser.ts";
import { setUpRecovery } from "../support/codes.ts";
import { chooseInHeader, message, openRoom, roomOf, row, say, tell } from "../support/steps.ts";

const RUN = Date.now() % 1_000_000;
const NAME = `zita${RUN}`;
const PASSPHRASE = "four words that stay";
const MANY = 60;
const ENCRYPTED = {
  type: "m.room.encryption",
  state_key: "",
  content: { algorithm: "m.megolm.v1.aes-sha2" },
};

await withBrowser(async (browser) => {
  const zita = await makeAccount(NAME, "Parlour on Firefox");
  const yann = await makeAccount(`yann${RUN}`, "Parlour on Chromium");
  const hall = await roomOf(yann, [zita], { name: "Hall" });
  const vault = await roomOf(zita, [], { name: "Vault", initial_state: [ENCRYPTED] });
  await tell(yann, hall, "The needle lies here");
  for (let number = 1; number <= MANY; number += 1) await tell(yann, hall, `straw ${number}`);
  const person = await newPerson(browser, "zita");
  const { page } = person;
  await signPersonIn(person, zita);
  await page.goto("/chat");
  await setsPassphrase(page);
  await copiesWords(page, hall);
  await findsOnServer(page);
  await seesState(page, hall);
  await openRoom(page, vault);
  await say(page, "Only for those with the key");
  await message(page, "Only for those with the key").waitFor();
  await mayBeInstalled(person);
  await sharesHistory(browser, page, yann);
  await recovers(browser, vault);
  expectNoFaults(person);
});

/** Too short a one is refused before anything is made. */
async function setsPassphrase(page: Page): Promise<void> {
  await page.getByRole("checkbox", { name: "Also set a passphrase I can remember" }).click();
  const field = page.getByLabel("Passphrase", { exact: true });
  await field.fill("short");
  await look(page, "recovery-passphrase");
  await field.fill(PASSPHRASE);
  await page.getByRole("button", { name: "Make my recovery key" }).click();
  await page.getByRole("checkbox", { name: "I have kept my recovery key" }).click();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByRole("button", { name: "Done", exact: true }).click();
}

/** With the mouse, over two messages. */
async function copiesWords(page: Page, hall: string): Promise<void> {
  await openRoom(page, hall);
  const [from, to] = [
    page.getByText("straw 58", { exact: true }),
    page.getByText("straw 59", { exact: true }),
  ];
  await to.waitFor();
  const [begin, end] = [await from.boundingBox(), await to.boundingBox()];
  if (begin === null || end === null) throw new Error("not in sight");
  await page.mouse.move(begin.x + 1, begin.y + begin.height / 2);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width - 1, end.y + end.height / 2, { steps: 8 });
  await page.mouse.up();
  await page.keyboard.press("Control+c");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  if (!copied.includes("straw 58") || !copied.includes("straw 5")) throw new Error(`copied: ${copied}`);
}

async function findsOnServer(page: Page): Promise<void> {
  await page.keyboard.press("Control+f");
  const panel = page.locator('aside[data-area="panel"]');
  await panel.getByRole("searchbox").fill("needle");
  await panel.getByRole("list").getByRole("button").filter({ hasText: "needle" }).first().click();
  await message(page, "The needle lies here").waitFor();
  await panel.getByRole("button", { name: "Close" }).click();
}

async function seesState(page: Page, hall: string): Promise<void> {
  await page.goto("/settings/about");
  await page.getByRole("switch", { name: "Developer tools" }).click();
  await openRoom(page, hall);
  await chooseInHeader(page, "Room state");
  const dialog = page.getByRole("dialog", { name: "State of the room" });
  await dialog.getByText('"m.room.create"').or(dialog.getByText("m.room.create")).first().waitFor();
  await look(page, "room-state");
  await dialog.getByRole("button", { name: "Close" }).click();
}

/** The browser finds nothing that keeps the page from being installed. */
async function mayBeInstalled({ page, context }: Person): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Every test's window is a private one, where nothing is installed.
  const faults = installabilityErrors.map(({ errorId }) => errorId).filter((each) => each !== "in-incognito");
  if (faults.length > 0) throw new Error(`it cannot be installed: ${faults.join(" ")}`);
  const { errors, url } = await session.send("Page.getAppManifest");
  if (errors.length > 0 || !url.startsWith(SERVER)) throw new Error(`${url}: ${JSON.stringify(errors)}`);
}

/** Who is invited reads what was said before. */
async function sharesHistory(browser: Browser, page: Page, yann: TestAccount): Promise<void> {
  const invited = await newPerson(browser, "yann");
  await signPersonIn(invited, yann);
  await invited.page.goto("/chat");
  await setUpRecovery(invited.page);
  await say(page, `/invite ${yann.userId}`);
  await row(invited.page, "Vault").click();
  await invited.page
    .getByRole("button", { name: /^(Accept|Join)/ })
    .first()
    .click();
  await message(invited.page, "Only for those with the key").waitFor();
  expectNoFaults(invited);
  await invited.context.close();
}

/** On another device, with the passphrase alone. */
async function recovers(browser: Browser, vault: string): Promise<void> {
  const other = await newPerson(browser, "zita elsewhere");
  const { page } = other;
  const account: TestAccount = await signInAgain(NAME, "Parlour on a borrowed laptop");
  await signPersonIn(other, account);
  await page.goto(`/chat/${encodeURIComponent(vault)}`);
  await page.getByRole("button", { name: /^Use your recovery key/ }).click();
  const field = page.getByRole("textbox", { name: "Recovery key or passphrase" });
  await field.fill("five words that do not");
  await page.getByRole("button", { name: "Recover", exact: true }).click();
  await page.getByText("This is not the right").waitFor();
  await look(page, "recover-passphrase");
  await field.fill(PASSPHRASE);
  await page.getByRole("button", { name: "Recover", exact: true }).click();
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await page.getByRole("button", { name: "Done", exact: true }).click();
  await row(page, "Vault").click();
  await message(page, "Only for those with the key").waitFor();
  expectNoFaults(other);
}
