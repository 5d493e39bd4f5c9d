/**
 * A browser is let in by another one with a QR code, whichever of them shows it; it is verified at once and reads the
 * history. Wrong digits, and a "no" on the server's page, let nobody in.
 */

import type { Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, type Person, withBrowser } from "../support/browser.ts";
import {
  agreeToDevice,
  isVerified,
  scanCode,
  setUpRecovery,
  shownDigits,
  typeDigits,
} from "../support/codes.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const NAME = `ann${Date.now() % 1_000_000}`;
const SECRET = "The key lies under the third stone";

await withBrowser(async (browser) => {
  const account = await makeAccount(NAME, "Parlour on Firefox");
  const [first, second, third] = await Promise.all(
    ["first", "second", "third"].map((name) => newPerson(browser, name)),
  );
  if (!first || !second || !third) throw new Error("no browsers");
  const roomId = await makeRoom(account.accessToken);
  await signPersonIn(first, account);
  await first.page.goto(`/chat/${encodeURIComponent(roomId)}`);
  await setUpRecovery(first.page);
  await writeSecret(first.page);
  await openDevices(first.page);

  await refusesWrongDigits(first.page, second.page);
  await letInByOwnCode(first, second);
  await readsAll(second.page, roomId);
  await openDevices(second.page);
  await letInByTheirCode(second, third);
  await readsAll(third.page, roomId);
  expectNoFaults(first, second, third);
});

async function makeRoom(accessToken: string): Promise<string> {
  const content = { algorithm: "m.megolm.v1.aes-sha2" };
  const encryption = { type: "m.room.encryption", state_key: "", content };
  const wanted = { name: "Mountain hut", initial_state: [encryption] };
  return String((await ask("POST", "/createRoom", accessToken, wanted)).room_id);
}

async function writeSecret(page: Page): Promise<void> {
  const composer = page.getByRole("textbox", { name: /^Message/ });
  await composer.fill(SECRET);
  await composer.press("Enter");
  await page.locator("article[data-event-id]", { hasText: SECRET }).waitFor();
}

async function openDevices(page: Page): Promise<void> {
  await page.goto("/settings/devices");
  await button(page, "Show a code").waitFor();
}

/** The device that is signed in shows the code; somebody stands between them, or mistypes. */
async function refusesWrongDigits(existing: Page, fresh: Page): Promise<void> {
  const digits = await meetByOwnCode(existing, fresh);
  await look(existing, "let-in-digits");
  await typeDigits(existing, digits === "00" ? "01" : "00");
  await existing.getByText("The digits did not match; nothing was handed over.").waitFor();
  await look(existing, "let-in-failed");
  await fresh.getByRole("heading", { name: "That did not work" }).waitFor();
  await button(existing, "Cancel").click();
}

async function letInByOwnCode(existing: Person, fresh: Person): Promise<void> {
  await typeDigits(existing.page, await meetByOwnCode(existing.page, fresh.page));
  await existing.page.getByRole("heading", { name: "Agree on your server's page" }).waitFor();
  await look(existing.page, "let-in-page");
  await agreeToDevice(existing, NAME, PASSWORD);
  await isDone(existing.page);
}

async function meetByOwnCode(existing: Page, fresh: Page): Promise<string> {
  await button(existing, "Show a code").click();
  await look(existing, "let-in-code");
  const code = await existing.getByTestId("qr-code").screenshot();
  await fresh.goto("/login");
  await button(fresh, "Sign in with a QR code").click();
  await button(fresh, "Scan its code instead").click();
  await look(fresh, "sign-in-scan");
  await scanCode(fresh, code);
  const digits = await shownDigits(fresh);
  await look(fresh, "sign-in-digits");
  return digits;
}

/** The new device shows the code. */
async function letInByTheirCode(existing: Person, fresh: Person): Promise<void> {
  await fresh.page.goto("/login");
  await button(fresh.page, "Sign in with a QR code").click();
  const code = await fresh.page.getByTestId("qr-code").screenshot();
  await look(fresh.page, "sign-in-code");
  await button(existing.page, "Show a code").click();
  await button(existing.page, "Scan its code instead").click();
  await scanCode(existing.page, code);
  await typeDigits(fresh.page, await shownDigits(existing.page));
  await agreeToDevice(existing, NAME, PASSWORD);
  await isDone(existing.page);
}

async function isDone(existing: Page): Promise<void> {
  await existing.getByRole("heading", { name: "Your new device is signed in" }).waitFor();
  await look(existing, "let-in-done");
  await button(existing, "Done").click();
}

/** The new device reads what was written before it, and nothing asks to verify it. */
async function readsAll(page: Page, roomId: string): Promise<void> {
  await page.waitForURL("/chat");
  await page.getByRole("link", { name: /Mountain hut/ }).click();
  await page.getByRole("article").getByText(SECRET).waitFor();
  await isVerified(page);
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

async function look(page: Page, name: string): Promise<void> {
  if (isLooking) await lookAt(page, name);
}
