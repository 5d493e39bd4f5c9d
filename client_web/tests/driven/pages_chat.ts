/** Every state of the chat's page, looked at in each width and theme: messages of every kind, panels, menus. */

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
  await page.getByRole("link", { name: /Mountain hut/ }).waitFor();
  await lookAt(page, "chat-list");
  await messages(page, club);
  await panels(page, club);
  await menus(page);
  await otherRooms(page, club);
  expectNoFaults(erin);
});

/** The conversation at its end, in its middle and at its beginning. */
async function messages(page: Page, { hut }: Club): Promise<void> {
  await open(page, hut);
  await log(page).getByText("Gladly, both of them").waitFor();
  await lookAt(page, "chat-room");
  for (const [name, words] of [
    ["chat-files", "descent.webm"],
    ["chat-text", "To bring"],
    ["chat-beginning", "Firewood is stacked"],
  ] as const) {
    await scrollTo(page, words);
    await lookAt(page, name, () => scrollTo(page, words));
  }
}

async function panels(page: Page, { hut }: Club): Promise<void> {
  await open(page, hut);
  for (const [name, keys, first] of [
    ["panel-room", "Alt+i", "Maximiliane"],
    ["panel-members", "Alt+m", "Carol"],
    ["panel-threads", "Alt+t", "Who walks up"],
  ] as const) {
    await page.keyboard.press(keys);
    await panel(page).getByText(first).first().waitFor();
    await lookAt(page, name);
    if (name === "panel-members") {
      await panel(page).getByRole("button", { name: /Carol/ }).first().click();
      await panel(page).getByRole("heading", { name: "Carol" }).waitFor();
      await lookAt(page, "panel-person");
    }
    if (name === "panel-threads") {
      await panel(page).getByText("Who walks up").first().click();
      await panel(page).getByText("With cake").waitFor();
      await lookAt(page, "panel-thread");
    }
  }
  await page.getByRole("button", { name: "Pinned messages" }).click();
  await panel(page).getByText("Who walks up").first().waitFor();
  await lookAt(page, "panel-pins");
  await page.keyboard.press("Control+f");
  await panel(page).getByRole("searchbox").fill("firewood");
  await page.keyboard.press("Enter");
  await panel(page).getByText("Firewood is stacked").first().waitFor();
  await lookAt(page, "panel-search");
  await panel(page).getByRole("button", { name: "Close" }).click();
}

/** What opens over the page and closes when the window is another one: opened anew in each. */
async function menus(page: Page): Promise<void> {
  await message(page, "big rope").hover();
  await message(page, "big rope").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Copy link" }).waitFor();
  await lookAt(page, "menu-message", async () => {
    if (await page.getByRole("menuitem", { name: "Copy link" }).isVisible()) return;
    await message(page, "big rope").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Copy link" }).waitFor();
  });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Emoji" }).first().click();
  await page.getByRole("searchbox", { name: "Find an emoji" }).waitFor();
  await lookAt(page, "menu-emoji");
  await page.keyboard.press("Escape");
  await field(page).fill("thanks @c");
  await page.getByRole("option").first().waitFor();
  await lookAt(page, "completion");
  await field(page).fill("**Draft** of an answer\nof two lines");
  await message(page, "big rope").hover();
  await message(page, "big rope").getByRole("button", { name: "Reply", exact: true }).click();
  await page.getByText("Replying to Ben Okafor").waitFor();
  await lookAt(page, "composer-reply");
  await page.keyboard.press("Escape");
  await field(page).fill("");
}

async function otherRooms(page: Page, { long, direct, invitation, space }: Club): Promise<void> {
  await open(page, long);
  await lookAt(page, "chat-long-name");
  await open(page, direct);
  await lookAt(page, "chat-direct");
  for (const [name, roomId, words] of [
    ["chat-invitation", invitation, "Carol invites you"],
    ["chat-space", space, "Hiking club"],
    ["chat-unknown-room", "!nothing:localhost", /cannot be|no room|not found|Nothing/i],
  ] as const) {
    await page.goto(`/chat/${encodeURIComponent(roomId)}`);
    await page.getByRole("main").getByText(words).first().waitFor();
    await lookAt(page, name);
  }
}

async function open(page: Page, roomId: string): Promise<void> {
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
  await field(page).waitFor();
}

function log(page: Page): Locator {
  return page.getByRole("log").first();
}

function panel(page: Page): Locator {
  return page.locator('[data-area="panel"]');
}

function field(page: Page): Locator {
  return page.locator('[data-area="room"] [data-area="composer"] textarea');
}

function message(page: Page, text: string): Locator {
  return log(page).locator("article", { hasText: text }).last();
}

/** Bring a message into sight, however far up: rows outside of it are not in the page. */
async function scrollTo(page: Page, text: string): Promise<void> {
  const wanted = log(page).locator(`article[aria-label*="${text}"]`).first();
  for (let step = 0; step < 60 && !(await wanted.isVisible()); step += 1) {
    await log(page).evaluate((box) => box.scrollBy(0, -box.clientHeight / 2));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await wanted.evaluate((found) => found.scrollIntoView({ block: "center" }));
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
}
