/** Every dialog of the chat and every page of a room's settings, looked at in each width and theme. */

import type { Locator, Page } from "playwright-core";
import { signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, withBrowser } from "../support/browser.ts";
import { type Club, makeClub } from "../support/club.ts";

await withBrowser(async (browser) => {
  const erin = await newPerson(browser, "erin");
  const { page } = erin;
  await page.goto("/");
  const club = await makeClub(page);
  await signPersonIn(erin, club.erin);
  await page.goto("/chat");
  await page.getByRole("button", { name: "Not now" }).click();
  await anywhere(page);
  await ofRoom(page, club);
  await ofMessages(page, club);
  await roomSettings(page, club);
  await ofSpace(page, club);
  expectNoFaults(erin);
});

/** What keys open wherever one is. */
async function anywhere(page: Page): Promise<void> {
  await page.getByRole("link", { name: /Mountain hut/ }).waitFor();
  for (const [name, keys, first] of [
    ["switcher", "Control+k", /Mountain hut/],
    ["shortcuts", "Control+/", "Keyboard shortcuts"],
    ["search-everywhere", "Control+Shift+f", "Find messages"],
    ["new-conversation", "Alt+n", "Ben Okafor"],
    ["new-room", "Alt+Shift+n", "New room"],
    ["directory", "Alt+o", "Choir"],
  ] as const) {
    await page.keyboard.press(keys);
    await dialog(page).getByText(first).first().waitFor();
    if (name === "new-room") await dialog(page).getByRole("button", { expanded: false }).first().click();
    await lookAndClose(page, name);
  }
  await page.getByRole("button", { name: "New space" }).click();
  await dialog(page).waitFor();
  await lookAndClose(page, "new-space");
}

/** What the menus of a room offer. */
async function ofRoom(page: Page, { hut }: Club): Promise<void> {
  await open(page, hut);
  for (const [name, entry] of [
    ["jump-to-day", /^Jump to a day/],
    ["export", /^Export/],
  ] as const) {
    await page.getByRole("main").getByRole("button", { name: "More", exact: true }).first().click();
    await page.getByRole("menuitem", { name: entry }).click();
    await dialog(page).waitFor();
    await lookAndClose(page, name);
  }
  for (const [name, entry] of [
    ["invite", "Invite people"],
    ["leave", "Leave"],
  ] as const) {
    await page.getByRole("link", { name: /Mountain hut/ }).click({ button: "right" });
    await page.getByRole("menuitem", { name: entry }).click();
    await dialog(page).waitFor();
    await lookAndClose(page, name);
  }
  await page.getByRole("button", { name: "Attach files" }).click();
  await page.getByRole("menuitem", { name: "Poll …" }).click();
  await lookAndClose(page, "new-poll");
  await ofPerson(page);
}

async function ofPerson(page: Page): Promise<void> {
  await page.keyboard.press("Alt+m");
  const panel = page.locator('[data-area="panel"]');
  await panel.getByRole("button", { name: /Carol/ }).first().click();
  for (const [name, act] of [
    ["ignore", "Ignore"],
    ["remove-person", "Remove from room"],
    ["ban-person", "Ban from room"],
    ["report-person", "Report"],
  ] as const) {
    await panel
      .getByRole("button", { name: new RegExp(`^${act}`) })
      .first()
      .click();
    await dialog(page).waitFor();
    await lookAndClose(page, name);
  }
}

async function ofMessages(page: Page, { hut }: Club): Promise<void> {
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("parlour.preferences") ?? "{}");
    localStorage.setItem("parlour.preferences", JSON.stringify({ ...kept, developerTools: true }));
  });
  await open(page, hut);
  for (const [name, words, entry] of [
    ["forward", "big rope", "Forward …"],
    ["earlier-versions", "both of them", "Earlier versions"],
    ["source", "big rope", "Show source"],
    ["report-message", "big rope", "Report …"],
    ["remove-message", "both of them", "Remove …"],
  ] as const) {
    await message(page, words).click({ button: "right" });
    await page.getByRole("menuitem", { name: entry }).click();
    await dialog(page).waitFor();
    await lookAndClose(page, name);
  }
  const picture = page.getByRole("button", { name: "Show: view.png" });
  for (let step = 0; step < 60 && !(await picture.isVisible()); step += 1) {
    await page.getByRole("log").evaluate((box) => box.scrollBy(0, -box.clientHeight / 2));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await picture.click();
  await dialog(page).getByRole("img", { name: "view.png" }).waitFor();
  await lookAndClose(page, "viewer");
}

async function roomSettings(page: Page, { hut }: Club): Promise<void> {
  await open(page, hut);
  await page.getByRole("link", { name: /Mountain hut/ }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Settings" }).click();
  for (const [name, tab] of [
    ["general", "General"],
    ["access", "Access"],
    ["permissions", "Permissions"],
    ["members", "Members"],
    ["notifications", "Notifications"],
    ["addresses", "Addresses"],
    ["packs", "Emoji and stickers"],
    ["advanced", "Advanced"],
  ] as const) {
    await page.getByRole("tab", { name: tab }).click();
    await dialog(page).getByRole("heading", { name: tab, level: 2 }).waitFor();
    await lookAt(page, `room-settings-${name}`);
  }
  await page.keyboard.press("Escape");
}

async function ofSpace(page: Page, { space }: Club): Promise<void> {
  const button = page.getByRole("navigation").getByRole("button", { name: /^Hiking club/ });
  for (const [name, entry] of [
    ["space-home", "Rooms of this space"],
    ["space-settings", "Settings"],
  ] as const) {
    await button.click({ button: "right" });
    await page.getByRole("menuitem", { name: entry }).click();
    await dialog(page).waitFor();
    await page.getByRole("status", { name: "Loading …" }).first().waitFor({ state: "detached" });
    if (name === "space-home") {
      await dialog(page).getByText("Mountain hut").first().waitFor();
      await lookAt(page, name);
      await dialog(page)
        .getByRole("button", { name: /^Add rooms/ })
        .click();
      await dialog(page).getByRole("checkbox").first().waitFor();
      await lookAndClose(page, "space-add-rooms");
    } else await lookAndClose(page, name);
  }
  await page.goto(`/chat/${encodeURIComponent(space)}`);
}

function dialog(page: Page): Locator {
  return page.getByRole("dialog");
}

function message(page: Page, text: string): Locator {
  return page.getByRole("log").first().locator("article", { hasText: text }).last();
}

async function open(page: Page, roomId: string): Promise<void> {
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
  await page.locator('[data-area="composer"] textarea').first().waitFor();
  await message(page, "both of them").waitFor();
}

async function lookAndClose(page: Page, name: string): Promise<void> {
  await lookAt(page, `dialog-${name}`);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
}
