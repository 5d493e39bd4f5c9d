/**
 * Somebody writes: with rooms, commands and emoji completed, with the pictures of a pack as emoji and stickers, with those
 * used last at hand; and sends on what others said.
 */

import type { Page } from "playwright-core";
import { makeAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, withBrowser } from "../support/browser.ts";
import { pictureOf } from "../support/files.ts";
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
} from "../support/steps.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;

await withBrowser(async (browser) => {
  const rosa = await makeAccount(`rosa${RUN}`, "Parlour on Firefox");
  const sam = await makeAccount(`sam${RUN}`, "Parlour on Chromium");
  const hall = await roomOf(rosa, [sam], { name: "Hall" });
  await roomOf(rosa, [], { name: "Market", room_alias_name: `market${RUN}` });
  const person = await arrive(browser, rosa, "rosa");
  const { page } = person;
  await row(page, "Market").waitFor();
  await openRoom(page, hall);
  await completes(page);
  await usesEmojiAgain(page);
  await usesPack(page);
  await tell(sam, hall, "The key is under the mat");
  await sendsOn(page);
  expectNoFaults(person);
});

/** Rooms after #, commands after /. */
async function completes(page: Page): Promise<void> {
  await field(page).pressSequentially("see #mark");
  await page.getByRole("option", { name: /Market/ }).waitFor();
  await field(page).press("Tab");
  await field(page).press("Enter");
  await message(page, "see")
    .getByRole("link", { name: /market/i })
    .waitFor();
  await field(page).pressSequentially("/shr");
  await page.getByRole("option", { name: /shrug/ }).waitFor();
  await field(page).press("Tab");
  await field(page).pressSequentially("who knows");
  await field(page).press("Enter");
  await message(page, "who knows").getByText("ツ").waitFor();
}

/** What was picked last stands first the next time. */
async function usesEmojiAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("searchbox", { name: "Find an emoji" }).fill("hedgehog");
  await page.getByRole("searchbox", { name: "Find an emoji" }).press("Enter");
  await page.keyboard.press("Escape");
  await field(page).press("Enter");
  await message(page, "🦔").waitFor();
  await page.getByRole("button", { name: "Emoji" }).click();
  const recent = page.locator("section", { has: page.getByRole("heading", { name: "Recent" }) });
  await recent.getByRole("button").first().getByText("🦔").waitFor();
  await page.keyboard.press("Escape");
}

/** A pack is made for the room, and its picture sent as an emoji among words and as a sticker. */
async function usesPack(page: Page): Promise<void> {
  await chooseInHeader(page, "Settings");
  await page.getByRole("tab", { name: "Emoji and stickers" }).click();
  await page.getByLabel("Name of the pack").fill("Garden things");
  await page.getByRole("button", { name: "New pack" }).click();
  await page.getByRole("heading", { name: "Garden things" }).waitFor();
  await page.locator('input[type="file"][accept*="webp"]').setInputFiles({
    name: "gnome.png",
    mimeType: "image/png",
    buffer: await pictureOf(page, "#a03030"),
  });
  await page.getByRole("img", { name: "gnome" }).waitFor();
  if (isLooking) await lookAt(page, "image-pack");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Emoji" }).click();
  await page
    .locator("section", { has: page.getByRole("heading", { name: "Stickers: Garden things" }) })
    .getByRole("button", { name: "gnome" })
    .click();
  await page.getByRole("log").first().getByRole("img", { name: "gnome" }).waitFor();
  await field(page).pressSequentially("look :gnom");
  await page.getByRole("option", { name: /gnome/ }).waitFor();
  await field(page).press("Tab");
  await field(page).press("Enter");
  await message(page, "look").getByRole("img", { name: /gnome/ }).waitFor();
}

async function sendsOn(page: Page): Promise<void> {
  await chooseFrom(page, message(page, "under the mat"), "Forward …");
  const dialog = page.getByRole("dialog", { name: "Forward to …" });
  await dialog.getByPlaceholder("Find a room or person").fill("mark");
  if (isLooking) await lookAt(page, "forward");
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await dialog.getByRole("button", { name: "Sent" }).waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  // The room that something was said in last comes first: it is pressed once it is there.
  await row(page, "Market").getByText("under the mat").waitFor();
  await row(page, "Market").click();
  await page.getByRole("textbox", { name: /^Message Market/ }).waitFor();
  await message(page, "The key is under the mat").waitFor();
  await say(page, "Thank you, somebody");
}
