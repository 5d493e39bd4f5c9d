/**
 * A browser is let in by another one with a QR code, whichever of them shows it; it is verified at once and reads the
 * history. Wrong digits, and a "no" on the server's page, let nobody in.
 */

import type { Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, type Person, withBrowser } from "../support/browser.ts";

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
  await isVerified(second.page, roomId);
  await openDevices(second.page);
  await letInByTheirCode(second, third);
  await isVerified(third.page, roomId);
  expectNoFaults(first, second, third);
});

async function makeRoom(accessToken: string): Promise<string> {
  const content = { algorithm: "m.megolm.v1.aes-sha2" };
  const encryption = { type: "m.room.encryption", state_key: "", content };
  const wanted = { name: "Mountain hut", initial_state: [encryption] };
  return String((await ask("POST", "/createRoom", accessToken, wanted)).room_id);
}

async function setUpRecovery(page: Page): Promise<void> {
  await button(page, "Make my recovery key").click();
  await page.getByRole("checkbox", { name: "I have kept my recovery key" }).click();
  await button(page, "Continue").click();
  await button(page, "Done").click();
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
  await type(existing, digits === "00" ? "01" : "00");
  await existing.getByText("The digits did not match; nothing was handed over.").waitFor();
  await look(existing, "let-in-failed");
  await fresh.getByRole("heading", { name: "That did not work" }).waitFor();
  await button(existing, "Cancel").click();
}

async function letInByOwnCode(existing: Person, fresh: Person): Promise<void> {
  await type(existing.page, await meetByOwnCode(existing.page, fresh.page));
  await agree(existing);
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
  await scan(fresh, code);
  const digits = await shownDigits(fresh);
  await look(fresh, "sign-in-digits");
  return digits;
}

/** The new device shows the code. */
async function letInByTheirCode(existing: Person, fresh: Person): Promise<void> {
  await fresh.page.goto("/login");
  await button(fresh.page, "Sign in with a QR code").click();
  await look(fresh.page, "sign-in-code");
  const code = await fresh.page.getByTestId("qr-code").screenshot();
  await button(existing.page, "Show a code").click();
  await button(existing.page, "Scan its code instead").click();
  await scan(existing.page, code);
  await type(fresh.page, await shownDigits(existing.page));
  await agree(existing);
  await isDone(existing.page);
}

async function scan(page: Page, code: Buffer): Promise<void> {
  const file = { name: "code.png", mimeType: "image/png", buffer: code };
  await page.locator("input[type=file]").last().setInputFiles(file);
}

async function shownDigits(page: Page): Promise<string> {
  await page.getByRole("heading", { name: "Type this number there" }).waitFor();
  return (await page.getByTestId("digits").textContent()) ?? "";
}

async function type(page: Page, digits: string): Promise<void> {
  await page.getByLabel("Two digits").fill(digits);
  await button(page, "Continue").click();
}

/** On the server's page, which asks who one is, and shows what the new device is. */
async function agree(existing: Person): Promise<void> {
  await existing.page.getByRole("heading", { name: "Agree on your server's page" }).waitFor();
  await look(existing.page, "let-in-page");
  const opened = existing.context.waitForEvent("page");
  await button(existing.page, "Open the page").click();
  const page = await opened;
  await page.getByLabel("Username").fill(NAME);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Go on there. You can close this page.").waitFor();
  await page.close();
}

async function isDone(existing: Page): Promise<void> {
  await existing.getByRole("heading", { name: "Your new device is signed in" }).waitFor();
  await look(existing, "let-in-done");
  await button(existing, "Done").click();
}

/** The new device reads what was written before it, and nothing asks to verify it. */
async function isVerified(page: Page, roomId: string): Promise<void> {
  await page.waitForURL("/chat");
  await page.getByRole("link", { name: /Mountain hut/ }).click();
  await page.getByRole("article").getByText(SECRET).waitFor();
  await page.goto("/settings/encryption");
  await page.getByText("Verified. It can read your encrypted history.").waitFor();
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

async function look(page: Page, name: string): Promise<void> {
  if (isLooking) await lookAt(page, name);
}
