/**
 * Somebody without a mouse: signs in, makes a room, writes, answers, looks around and signs out, by keys alone.
 * Wherever the focus stops it is seen, and what closes gives it back. The last part reads from right to left.
 */

import type { Locator, Page } from "playwright-core";
import { makeAccount, PASSWORD } from "../support/accounts.ts";
import { expectAccessible, expectNoFaults, newPerson, picture, withBrowser } from "../support/browser.ts";

const NAME = `kay${Date.now() % 1_000_000}`;
const MOST_STOPS = 60;

await withBrowser(async (browser) => {
  await makeAccount(NAME, "Parlour on Firefox");
  const kay = await newPerson(browser, "kay");
  const { page } = kay;
  await signsIn(page);
  await makesRoom(page);
  await writesAndAnswers(page);
  await usesMenus(page);
  await goesThroughDialogs(page);
  await changesSetting(page);
  await readsFromTheRight(page);
  expectNoFaults(kay);
});

async function signsIn(page: Page): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("User name").waitFor();
  await tabTo(page, page.getByLabel("User name"));
  await page.keyboard.type(NAME);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  const later = page.getByRole("button", { name: "Not now" });
  await later.waitFor();
  await tabTo(page, later);
  await page.keyboard.press("Enter");
  await later.waitFor({ state: "detached" });
}

/** By the menu of the list, with arrow keys. */
async function makesRoom(page: Page): Promise<void> {
  const opener = page.getByRole("button", { name: "New", exact: true });
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("menuitem", { name: /^New conversation/ }));
  await page.keyboard.press("ArrowDown");
  await expectFocus(page.getByRole("menuitem", { name: /^New room/ }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expectFocus(dialog.getByLabel("Name", { exact: true }));
  await page.keyboard.type("Mountain hut");
  const encrypted = dialog.getByRole("switch", { name: "Encrypt messages" });
  await tabTo(page, encrypted);
  await page.keyboard.press("Space");
  await tabTo(page, dialog.getByRole("button", { name: /^Create/ }));
  await page.keyboard.press("Enter");
  await composer(page).waitFor();
}

async function writesAndAnswers(page: Page): Promise<void> {
  await page.keyboard.press("Alt+j");
  await expectFocus(composer(page));
  await write(page, "Who brings the *bread*?");
  await article(page, "Who brings the bread?").waitFor();
  await page.keyboard.press("ArrowUp");
  await page.getByText("Editing").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Editing").waitFor({ state: "detached" });
  await expectFocus(composer(page));
  await page.keyboard.press("Shift+F6");
  await tabTo(page, page.getByRole("log"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await expectFocus(article(page, "Who brings the bread?"));
  await tabTo(page, article(page, "Who brings").getByRole("button", { name: "Reply", exact: true }));
  await page.keyboard.press("Enter");
  await page.getByText("Replying to").waitFor();
  await expectFocus(composer(page));
  await write(page, "I do");
  await article(page, "I do")
    .getByRole("button", { name: /In reply to/ })
    .waitFor();
}

/** Menus are gone through by arrows, and Escape gives the focus back to what opened them. */
async function usesMenus(page: Page): Promise<void> {
  await page.keyboard.press("Shift+F6");
  await tabTo(page, page.getByRole("log"));
  await page.keyboard.press("ArrowUp");
  const opener = article(page, "I do").getByRole("button", { name: "More" });
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("menuitem", { name: "Reply", exact: true }));
  await page.keyboard.press("End");
  await expectFocus(page.getByRole("menuitem", { name: "Remove …" }));
  await page.keyboard.press("Escape");
  await expectFocus(opener);
  const emoji = page.getByRole("button", { name: "Emoji", exact: true });
  await tabTo(page, emoji);
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("searchbox", { name: "Find an emoji" }));
  await page.keyboard.press("Escape");
  await expectFocus(emoji);
}

async function goesThroughDialogs(page: Page): Promise<void> {
  await page.keyboard.press("Alt+j");
  for (const keys of ["Control+/", "Control+k", "Alt+n", "Alt+o", "Control+Shift+f", "Alt+g"]) {
    await page.keyboard.press(keys);
    await page.getByRole("dialog").waitFor();
    await expectFocusWithin(page.getByRole("dialog"));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expectFocus(composer(page));
  }
  await page.keyboard.press("Control+k");
  await page.keyboard.type("moun");
  await page.getByRole("option", { name: /Mountain hut/ }).waitFor();
  await page.keyboard.press("Enter");
  await composer(page).waitFor();
}

async function changesSetting(page: Page): Promise<void> {
  await page.keyboard.press("Control+,");
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();
  await tabTo(page, page.getByRole("link", { name: "Appearance" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Appearance" }).waitFor();
  await tabTo(page, page.getByRole("link", { name: "Skip to the content" }));
  await page.keyboard.press("Enter");
  await expectFocus(page.getByRole("main"));
  await tabTo(page, page.getByRole("radio", { name: "As the system" }).first());
  await page.keyboard.press("ArrowRight");
  await expectFocus(page.getByRole("radio", { name: "Light" }));
  await page.keyboard.press("ArrowLeft");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  if ((await page.evaluate(motionTime)) === 0) throw new Error("nothing moves, though nobody minds");
  const motion = page.getByRole("switch", { name: "Less motion" });
  await tabTo(page, motion);
  await page.keyboard.press("Space");
  await page.locator('html[data-motion="reduced"]').waitFor();
  if ((await page.evaluate(motionTime)) !== 0) throw new Error("things move all the same");
}

/** In the page: how long a dialog takes to come. */
function motionTime(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--motion-normal"));
}

/** The page turned round: its parts change sides, nothing sticks out, and arrows go the other way. */
async function readsFromTheRight(page: Page): Promise<void> {
  await page.goto("/chat?dir=rtl");
  await page.locator('html[dir="rtl"]').waitFor();
  await page.getByRole("link", { name: /Mountain hut/ }).waitFor();
  const list = await page.locator('[data-area="list"]').boundingBox();
  if (list === null || list.x < 720) throw new Error("the list is not on the right");
  await tabTo(page, page.getByRole("button", { name: "Rooms", exact: true }));
  await page.keyboard.press("ArrowDown");
  await expectFocus(page.getByRole("link", { name: /Mountain hut/ }));
  await page.keyboard.press("Enter");
  await composer(page).waitFor();
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) throw new Error(`${wide - width} pixels stick out at ${width}`);
    await picture(page, `right-to-left-${width}-light`);
    await expectAccessible(page, `the page turned round at ${width}`);
  }
}

function composer(page: Page): Locator {
  return page.locator('[data-area="room"] [data-area="composer"] textarea');
}

/** A message once the server has it. */
function article(page: Page, text: string): Locator {
  return page.locator(
    `[data-area="room"] article[data-event-id^="$"][aria-label*=${JSON.stringify(`: ${text}`)}]`,
  );
}

async function write(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Press Tab until the focus is there; each stop on the way must be seen. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  const way: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
    const { name, isSeen } = await page.evaluate(focused);
    if (!isSeen) throw new Error(`the focus is not seen on ${name}`);
    way.push(name);
  }
  throw new Error(`${wanted} is not reached; the focus went over ${way.join(", ")}`);
}

/** In the page: what has the focus, and whether that is drawn, around it or around the field that it is in. */
function focused(): { readonly name: string; readonly isSeen: boolean } {
  const element = document.activeElement ?? document.body;
  const text = element.getAttribute("aria-label") ?? element.textContent ?? "";
  const name = `${element.tagName} ${text.slice(0, 40)}`;
  const around = [
    element,
    element.parentElement,
    element.parentElement?.parentElement,
    element.nextElementSibling,
  ];
  const box = element.matches("textarea") && element.closest('[data-area="composer"]');
  const isDrawn =
    around.some((each) => each && getComputedStyle(each).outlineStyle !== "none") ||
    (box && getComputedStyle(box).boxShadow !== "none");
  return { name, isSeen: Boolean(isDrawn) || element === document.body };
}

async function expectFocus(wanted: Locator): Promise<void> {
  await wanted.waitFor();
  await waitUntil(wanted, (element) => element === document.activeElement, "does not have the focus");
}

async function expectFocusWithin(wanted: Locator): Promise<void> {
  await waitUntil(wanted, (element) => element.contains(document.activeElement), "has no focus in it");
}

async function waitUntil(
  at: Locator,
  holds: (element: Element) => boolean,
  otherwise: string,
): Promise<void> {
  const element = await at.elementHandle();
  await at
    .page()
    .waitForFunction(holds, element)
    .catch(() => {
      throw new Error(`${at} ${otherwise}`);
    });
}
