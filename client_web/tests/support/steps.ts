/** What people do in the client again and again, for scripts that are about something else. */

import type { Browser, Locator, Page } from "playwright-core";
import { ask, signPersonIn, type TestAccount } from "./accounts.ts";
import { newPerson, type Person, type Wishes } from "./browser.ts";

/** Open the client for somebody who is signed in, and put off what it offers first. */
export async function arrive(
  browser: Browser,
  account: TestAccount,
  name: string,
  wishes: Wishes = {},
): Promise<Person> {
  const person = await newPerson(browser, name, wishes);
  await signPersonIn(person, account);
  await person.page.goto("/chat");
  await person.page.getByRole("button", { name: "Not now" }).click();
  return person;
}

/** Make a room on the server, for whom its members are in it from the beginning. */
export async function roomOf(
  owner: TestAccount,
  members: readonly TestAccount[],
  wanted: Readonly<Record<string, unknown>>,
): Promise<string> {
  const invite = members.map((member) => member.userId);
  const made = await ask("POST", "/createRoom", owner.accessToken, {
    preset: "private_chat",
    ...wanted,
    invite,
  });
  const roomId = String(made.room_id);
  for (const member of members)
    await ask("POST", `/join/${encodeURIComponent(roomId)}`, member.accessToken, {});
  return roomId;
}

let transactions = 0;

/** Send an event as somebody who has no browser; returns its id. */
export async function send(
  account: TestAccount,
  roomId: string,
  content: Readonly<Record<string, unknown>>,
  type = "m.room.message",
): Promise<string> {
  transactions += 1;
  const path = `/rooms/${encodeURIComponent(roomId)}/send/${type}/driven${Date.now()}${transactions}`;
  const sent = await ask("PUT", path, account.accessToken, content);
  if (typeof sent.event_id !== "string") throw new Error(`not sent: ${JSON.stringify(sent)}`);
  return sent.event_id;
}

/** Say something as somebody who has no browser; returns the id of the message. */
export async function tell(account: TestAccount, roomId: string, body: string): Promise<string> {
  return send(account, roomId, { msgtype: "m.text", body });
}

/** Go to a room and wait until one can write there. */
export async function openRoom(page: Page, roomId: string): Promise<void> {
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
  await field(page).waitFor();
}

/** Where one writes in the room that is open. */
export function field(page: Page): Locator {
  return page.locator('[data-area="room"] [data-area="composer"] textarea');
}

/** Write something in the room that is open. */
export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** The newest message of the open room that holds a text. */
export function message(page: Page, text: string): Locator {
  return page.locator('[data-area="room"] article', { hasText: text }).last();
}

/** The line of a room in the list. */
export function row(page: Page, name: string): Locator {
  return page.locator('[data-area="list"] a[data-room]', { hasText: name });
}

/** Choose from the menu that a click with the other button opens; a second name is chosen from a menu in it. */
export async function chooseFrom(page: Page, place: Locator, ...names: readonly string[]): Promise<void> {
  await place.click({ button: "right" });
  for (const name of names) await page.getByRole("menuitem", { name, exact: true }).click();
}

/** Choose from the menu of the open room's header. */
export async function chooseInHeader(page: Page, name: string | RegExp): Promise<void> {
  await page.locator('[data-area="room"]').getByRole("button", { name: "More", exact: true }).first().click();
  await page.getByRole("menuitem", { name }).click();
}

/** Ask the server again and again until it says what is waited for. */
export async function until(what: string, holds: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
