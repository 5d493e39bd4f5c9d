/**
 * Somebody deals with people: writes to one, invites, is asked to let in, knocks; removes, bans and lets back in,
 * ignores and reports; sees who is there; leaves a room for good.
 */

import type { Locator, Page } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, withBrowser } from "../support/browser.ts";
import {
  arrive,
  chooseFrom,
  chooseInHeader,
  field,
  message,
  openRoom,
  roomOf,
  row,
  say,
  tell,
  until,
} from "../support/steps.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;
/** More than a room shows of its history at first. */
const MANY = 60;

await withBrowser(async (browser) => {
  const lea = await makeAccount(`lea${RUN}`, "Parlour on Firefox");
  const max = await makeAccount(`max${RUN}`, "Parlour on Chromium");
  const nia = await makeAccount(`nia${RUN}`, "Parlour on Chromium");
  await Promise.all([named(max, `Max ${RUN}`), named(nia, `Nia ${RUN}`)]);
  const hall = await roomOf(lea, [max, nia], { name: "Hall" });
  const porch = await roomOf(max, [], {
    name: `Porch ${RUN}`,
    visibility: "public",
    initial_state: [{ type: "m.room.join_rules", state_key: "", content: { join_rule: "knock" } }],
  });
  const person = await arrive(browser, lea, "lea");
  const { page } = person;
  await writesTo(page, max);
  await seesWhoIsThere(page, hall, max);
  await invites(page, lea);
  await knocks(page, max, porch);
  await letsIn(page, lea, max);
  await ignores(page, hall, nia);
  await reports(page, hall, max);
  await removesAndBans(page, lea, hall, { max, nia });
  await forgets(page, lea, hall);
  expectNoFaults(person);
});

async function named(account: TestAccount, displayname: string): Promise<void> {
  const path = `/profile/${encodeURIComponent(account.userId)}/displayname`;
  await ask("PUT", path, account.accessToken, { displayname });
}

/** A direct chat is begun once, and found again afterwards. */
async function writesTo(page: Page, max: TestAccount): Promise<void> {
  await page.keyboard.press("Alt+n");
  await findPerson(page, `Max ${RUN}`);
  await field(page).waitFor();
  const begun = page.url();
  await until("he is invited", async () => (await invitations(max)).length === 1);
  await page.goto("/chat");
  await row(page, `Max ${RUN}`).waitFor();
  await page.keyboard.press("Alt+n");
  await findPerson(page, `Max ${RUN}`);
  await page.waitForURL(begun);
}

async function findPerson(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Name or user id" }).fill(name);
  await dialog.getByRole("option", { name: new RegExp(name) }).click();
}

async function invitations(account: TestAccount): Promise<readonly string[]> {
  const sync = await ask("GET", "/sync?timeout=0", account.accessToken);
  return Object.keys((sync.rooms as { invite?: object } | undefined)?.invite ?? {});
}

async function seesWhoIsThere(page: Page, hall: string, max: TestAccount): Promise<void> {
  const path = `/presence/${encodeURIComponent(max.userId)}/status`;
  await ask("PUT", path, max.accessToken, { presence: "online" });
  await openRoom(page, hall);
  const people = await openPeople(page);
  const names = people.locator("button[data-row]");
  await names.nth(2).waitFor();
  const shown = await names.allInnerTexts();
  if (!/lea/.test(shown[0]!) || !/Max/.test(shown[1]!) || !/Nia/.test(shown[2]!))
    throw new Error(`not by role and name: ${shown.join(", ")}`);
  await people.getByRole("searchbox").fill("nia");
  await names.nth(1).waitFor({ state: "detached" });
  await people.getByRole("searchbox").fill("");
  await openCard(page, `Max ${RUN}`);
  await page.getByText(/Active now|Online/).waitFor();
  if (isLooking) await lookAt(page, "person");
}

async function openPeople(page: Page): Promise<Locator> {
  await chooseInHeader(page, /^People/);
  const panel = page.locator('aside[data-area="panel"]');
  await panel.getByRole("searchbox", { name: "Find a person" }).waitFor();
  return panel;
}

/** Open somebody's card from the list of people. */
async function openCard(page: Page, name: string): Promise<void> {
  const people = await openPeople(page);
  await people.locator("button[data-row]", { hasText: name }).click();
  await people.getByText(name).first().waitFor();
}

async function invites(page: Page, lea: TestAccount): Promise<void> {
  const attic = await roomOf(lea, [], { name: "Attic" });
  await openRoom(page, attic);
  await chooseInHeader(page, "Invite people");
  const dialog = page.getByRole("dialog", { name: "Invite to Attic" });
  for (const name of ["Max", "Nia"]) await findPerson(page, `${name} ${RUN}`);
  await dialog.getByRole("button", { name: `Remove Max ${RUN} from the list` }).waitFor();
  if (isLooking) await lookAt(page, "invite");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("Invited.").waitFor();
  await until("both are invited", async () => (await membersOf(lea, attic, "invite")).length === 2);
}

async function membersOf(
  account: TestAccount,
  roomId: string,
  membership: string,
): Promise<readonly string[]> {
  const path = `/rooms/${encodeURIComponent(roomId)}/members?membership=${membership}`;
  const { chunk } = await ask("GET", path, account.accessToken);
  return (chunk as { state_key: string }[]).map((event) => event.state_key);
}

async function knocks(page: Page, max: TestAccount, porch: string): Promise<void> {
  await page.keyboard.press("Alt+o");
  const dialog = page.getByRole("dialog", { name: "Explore rooms" });
  await dialog.getByRole("searchbox").fill(`porch ${RUN}`);
  await dialog.getByRole("heading", { name: `Porch ${RUN}` }).waitFor();
  await dialog.getByRole("button", { name: "Ask to join" }).click();
  const asking = page.getByRole("dialog", { name: `Ask to join Porch ${RUN}` });
  await asking.getByLabel("Say who you are (optional)").fill("It is me");
  await asking.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByText("Asked. You hear when somebody decides.").waitFor();
  await page.keyboard.press("Escape");
  const [who] = await membersOf(max, porch, "knock");
  await ask("POST", `/rooms/${encodeURIComponent(porch)}/invite`, max.accessToken, { user_id: who });
  await row(page, `Porch ${RUN}`).click();
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("textbox", { name: /^Message Porch/ }).waitFor();
}

async function letsIn(page: Page, lea: TestAccount, max: TestAccount): Promise<void> {
  const rule = { type: "m.room.join_rules", state_key: "", content: { join_rule: "knock" } };
  const gate = await roomOf(lea, [], { name: "Gate", initial_state: [rule] });
  await openRoom(page, gate);
  await ask("POST", `/knock/${encodeURIComponent(gate)}`, max.accessToken, { reason: "May I?" });
  await chooseInHeader(page, "Settings");
  await page.getByRole("tab", { name: "Members", exact: true }).click();
  await page.getByRole("tab", { name: /^Asking to join/ }).click();
  await page.getByText("May I?").waitFor();
  await page.getByRole("button", { name: "Let in" }).click();
  await until("he is let in", async () => (await membersOf(lea, gate, "invite")).includes(max.userId));
  await page.keyboard.press("Escape");
}

/** Nothing is seen of who is ignored, until that ends. */
async function ignores(page: Page, hall: string, nia: TestAccount): Promise<void> {
  await openRoom(page, hall);
  await tell(nia, hall, "Nobody wants to hear this");
  await message(page, "Nobody wants to hear this").waitFor();
  await openCard(page, `Nia ${RUN}`);
  await page.getByRole("button", { name: "Ignore", exact: true }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: "Ignore", exact: true }).click();
  await message(page, "Nobody wants to hear this").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Stop ignoring" }).click();
  await message(page, "Nobody wants to hear this").waitFor();
}

/** A message, its author, and the room. */
async function reports(page: Page, hall: string, max: TestAccount): Promise<void> {
  await tell(max, hall, "Buy my ladder!");
  await chooseFrom(page, message(page, "Buy my ladder!"), "Report …");
  await page.getByRole("dialog").getByLabel("What is wrong with it?").fill("Advertising");
  await page.getByRole("dialog").getByRole("button", { name: "Report" }).click();
  await page.getByText("Reported.", { exact: true }).waitFor();
  await openCard(page, `Max ${RUN}`);
  await page.getByRole("button", { name: "Report", exact: true }).click();
  await submitReport(page);
  await chooseInHeader(page, "Settings");
  await page.getByRole("tab", { name: "Advanced" }).click();
  await page.getByRole("button", { name: "Report", exact: true }).click();
  await submitReport(page);
}

async function submitReport(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog").last();
  await dialog.getByRole("radio", { name: "Spam" }).click();
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  const thanks = page.getByText("Thank you. It has been reported.").last();
  await thanks.waitFor();
  await page.getByRole("button", { name: "Dismiss" }).last().click();
  await thanks.waitFor({ state: "detached" });
}

interface Others {
  readonly max: TestAccount;
  readonly nia: TestAccount;
}

async function removesAndBans(
  page: Page,
  lea: TestAccount,
  hall: string,
  { max, nia }: Others,
): Promise<void> {
  await openCard(page, `Max ${RUN}`);
  await page.getByRole("button", { name: "Remove from room" }).click();
  await page.getByRole("dialog").last().getByLabel("Reason (optional)").fill("Too many ladders");
  await page.getByRole("dialog").last().getByRole("button", { name: "Remove", exact: true }).click();
  await page
    .getByText(/Too many ladders/)
    .first()
    .waitFor();
  await until("he is out", async () => (await membersOf(lea, hall, "leave")).includes(max.userId));

  const first = await tell(nia, hall, "spam number 0");
  for (let number = 1; number < MANY; number += 1) await tell(nia, hall, `spam number ${number}`);
  await page.reload();
  await message(page, `spam number ${MANY - 1}`).waitFor();
  await openCard(page, `Nia ${RUN}`);
  await page.getByRole("button", { name: "Ban from room" }).click();
  const dialog = page.getByRole("dialog").last();
  await dialog.getByRole("switch", { name: "Remove their messages too" }).click();
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await until("she is banned", async () => (await membersOf(lea, hall, "ban")).includes(nia.userId));
  const path = `/rooms/${encodeURIComponent(hall)}/event/${encodeURIComponent(first)}`;
  const isGone = async () =>
    Object.keys((await ask("GET", path, lea.accessToken)).content as object).length === 0;
  await until("the oldest of her messages is gone", isGone);

  await chooseInHeader(page, "Settings");
  await page.getByRole("tab", { name: "Members", exact: true }).click();
  await page.getByRole("tab", { name: /^Banned/ }).click();
  await page.getByRole("button", { name: "Unban" }).click();
  await until("she may come back", async () => !(await membersOf(lea, hall, "ban")).includes(nia.userId));
  await page.keyboard.press("Escape");
}

/** Whoever has forgotten a room can read nothing of it any more. */
async function forgets(page: Page, lea: TestAccount, hall: string): Promise<void> {
  await say(page, "Goodbye, hall");
  await message(page, "Goodbye, hall").waitFor();
  await chooseFrom(page, row(page, "Hall"), "Leave");
  const dialog = page.getByRole("dialog", { name: "Leave Hall?" });
  await dialog.getByRole("switch", { name: "Forget it" }).click();
  await dialog.getByRole("button", { name: "Leave room" }).click();
  await row(page, "Hall").waitFor({ state: "detached" });
  const path = `/rooms/${encodeURIComponent(hall)}/messages?dir=b&limit=1`;
  await until(
    "it is forgotten",
    async () => (await ask("GET", path, lea.accessToken)).errcode === "M_FORBIDDEN",
  );
}
