/**
 * Somebody looks through another server's directory, joins and asks to be let in there, and talks with those who
 * live there. `PARLOUR_OTHER_URL` and `PARLOUR_OTHER_NAME` are that server.
 */

import type { Locator, Page } from "playwright-core";
import { askAt, makeAccount, makeAccountAt, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, look, withBrowser } from "../support/browser.ts";
import { arrive, field, message, row, say, until } from "../support/steps.ts";

const RUN = Date.now() % 1_000_000;
const OTHER_URL = process.env.PARLOUR_OTHER_URL ?? "";
const OTHER = process.env.PARLOUR_OTHER_NAME ?? "";
const MANY = 60;
let told = 0;

await withBrowser(async (browser) => {
  const mia = await makeAccount(`mia${RUN}`, "Parlour on Firefox");
  const noor = await makeAccountAt(OTHER_URL, `noor${RUN}`, "Parlour on Chromium");
  for (let number = 1; number <= MANY; number += 1) await open(noor, `Stall ${number}`, "One of many");
  const market = await open(noor, "Market", "What grows where noor lives");
  await tell(noor, market, "The apples are ripe");
  const choir = await open(noor, "Choir", "By appointment", "knock");
  const person = await arrive(browser, mia, "mia");
  const { page } = person;
  const dialog = page.getByRole("dialog", { name: "Explore rooms" });
  await page.keyboard.press("Alt+o");
  await dialog.waitFor();
  await asksInVain(page, dialog);
  await choosesServer(page, dialog, OTHER);
  await findsAll(page, dialog);
  await joins(page, dialog, noor, market);
  await knocks(page, dialog, noor, choir);
  await followsAddress(page, noor);
  expectNoFaults(person);
});

/** Make a room there that everybody finds. */
async function open(noor: TestAccount, name: string, topic: string, rule = "public"): Promise<string> {
  const rules = { type: "m.room.join_rules", state_key: "", content: { join_rule: rule } };
  const made = await askAt(OTHER_URL, "POST", "/createRoom", noor.accessToken, {
    name,
    topic,
    preset: "public_chat",
    visibility: "public",
    initial_state: [rules],
  });
  return String(made.room_id);
}

async function tell(noor: TestAccount, roomId: string, body: string): Promise<void> {
  told += 1;
  const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/told${told}`;
  const sent = await askAt(OTHER_URL, "PUT", path, noor.accessToken, { msgtype: "m.text", body });
  if (sent.event_id === undefined) throw new Error(`not said: ${JSON.stringify(sent)}`);
}

/** A server that is not there is named, and one's own stays at hand. */
async function asksInVain(page: Page, dialog: Locator): Promise<void> {
  await choosesServer(page, dialog, "127.0.0.1:9");
  await dialog.getByText("The server 127.0.0.1:9 cannot be reached").waitFor();
  await look(page, "directory-unreachable");
}

async function choosesServer(page: Page, dialog: Locator, name: string): Promise<void> {
  await dialog.getByRole("button", { name: /^127\.0\.0\.1:/ }).click();
  await page.getByRole("menuitem", { name: "Another server" }).click();
  await page.getByLabel("Name of the server").fill(name);
  await page.getByLabel("Name of the server").press("Enter");
  await dialog.getByRole("button", { name, exact: true }).waitFor();
}

/** Page by page to the end, and by a word. */
async function findsAll(page: Page, dialog: Locator): Promise<void> {
  const rooms = dialog.getByRole("article");
  await rooms.first().waitFor();
  await look(page, "directory-elsewhere");
  await until("all rooms are listed", async () => {
    await rooms.last().scrollIntoViewIfNeeded();
    return (await rooms.count()) === MANY + 2;
  });
  await dialog.getByRole("searchbox").fill("appointment");
  await rooms.filter({ hasText: "Market" }).waitFor({ state: "detached" });
  await rooms.filter({ hasText: "Choir" }).waitFor();
}

async function joins(page: Page, dialog: Locator, noor: TestAccount, market: string): Promise<void> {
  await dialog.getByRole("searchbox").fill("market");
  const found = dialog.getByRole("article").filter({ hasText: "What grows where noor lives" });
  await found.getByRole("button", { name: "Join" }).click();
  await field(page).waitFor();
  await page.getByText("The apples are ripe").first().waitFor();
  await say(page, "Then I take two");
  await until("it is heard there", async () => {
    const path = `/rooms/${encodeURIComponent(market)}/messages?dir=b&limit=5`;
    return JSON.stringify(await askAt(OTHER_URL, "GET", path, noor.accessToken)).includes("Then I take two");
  });
  await tell(noor, market, "They are yours");
  await message(page, "They are yours").waitFor();
  await look(page, "room-elsewhere");
}

/** The server that was looked through is offered again. */
async function knocks(page: Page, dialog: Locator, noor: TestAccount, choir: string): Promise<void> {
  await page.keyboard.press("Alt+o");
  await dialog.getByRole("button", { name: /^127\.0\.0\.1:/ }).click();
  await page.getByRole("menuitem", { name: OTHER, exact: true }).click();
  await dialog.getByRole("searchbox").fill("choir");
  await dialog
    .getByRole("article")
    .filter({ hasText: "Choir" })
    .getByRole("button", { name: "Ask to join" })
    .click();
  await page.getByRole("textbox").last().fill("I sing alto");
  await page.getByRole("dialog").getByRole("button", { name: "Ask", exact: true }).click();
  const member = `/rooms/${encodeURIComponent(choir)}/members?membership=knock`;
  await until("it is known there", async () =>
    JSON.stringify(await askAt(OTHER_URL, "GET", member, noor.accessToken)).includes("I sing alto"),
  );
}

/** An address leads to the room, whichever directory is shown. */
async function followsAddress(page: Page, noor: TestAccount): Promise<void> {
  const made = await askAt(OTHER_URL, "POST", "/createRoom", noor.accessToken, {
    name: "Back room",
    preset: "public_chat",
    room_alias_name: `back-room-${RUN}`,
  });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+o");
  const dialog = page.getByRole("dialog", { name: "Explore rooms" });
  const alias = `#back-room-${RUN}:${OTHER}`;
  await dialog.getByRole("searchbox").fill(alias);
  await dialog.getByText(`Join ${alias} directly`).click();
  await page.waitForURL(`**/chat/${encodeURIComponent(String(made.room_id))}`);
  await row(page, "Back room").waitFor();
}
