/**
 * Two people set recovery up, write, and verify each other by emoji; a second device is verified by a scanned
 * code, a third recovers with the key and reads the history; keys go into a file and back; the identity is reset.
 */

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import {
  ask,
  makeAccount,
  PASSWORD,
  signInAgain,
  signPersonIn,
  type TestAccount,
} from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, type Person, withBrowser } from "../support/browser.ts";

const suffix = String(Date.now() % 1_000_000);
const [ANN, BEN] = [`ann${suffix}`, `ben${suffix}`];
const PASSPHRASE = "four words that stay";

await withBrowser(async (browser) => {
  const [one, two, second, third] = await Promise.all(
    ["ann", "ben", "ann, second", "ann, third"].map((name) => newPerson(browser, name)),
  );
  if (!one || !two || !second || !third) throw new Error("no browsers");
  const ann = await makeAccount(ANN, "Parlour on Firefox");
  const ben = await makeAccount(BEN, "Parlour on Chromium");
  const roomId = await meet(ann, ben);
  const chat = `/chat/${encodeURIComponent(roomId)}`;
  await enter(one, ann, chat);
  await enter(two, ben, chat);
  const key = await setUpRecovery(one.page);
  await setUpRecovery(two.page);
  await say(one.page, two.page, "Hello Ben, this is secret");
  await say(two.page, one.page, "Hello Ann, read it later");
  await verifyPerson(one.page, two.page);

  await enter(second, await signInAgain(ANN, "Parlour on Android"), "/settings/devices");
  await withoutBackup(second, () => verifyByCode(second.page, one.page));
  await second.page.goto(chat);
  await second.page.getByText("Hello Ann, read it later").first().waitFor();

  await enter(third, await signInAgain(ANN, "Parlour on a borrowed laptop"), chat);
  await recover(third.page, key);
  await third.page.getByText("Hello Ben, this is secret").first().waitFor();
  await third.page.getByText("Hello Ann, read it later").first().waitFor();

  await lookAtSettings(third.page);
  await keysInFile(third.page);
  await backupOffAndOn(third.page);
  await signOut(third.page);
  await reset(third.page);
  await two.page.getByText(`${ANN} has a new identity`).waitFor();
  await look(two.page, "identity-changed");
  await button(two.page, "Keep writing").click();
  await two.page.getByText(`${ANN} has a new identity`).waitFor({ state: "detached" });
  expectNoFaults(one, two, third);
});

async function meet(ann: TestAccount, ben: TestAccount): Promise<string> {
  const encryption = {
    type: "m.room.encryption",
    state_key: "",
    content: { algorithm: "m.megolm.v1.aes-sha2" },
  };
  const wanted = { name: "Mountain hut", is_direct: true, invite: [ben.userId], initial_state: [encryption] };
  const roomId = String((await ask("POST", "/createRoom", ann.accessToken, wanted)).room_id);
  await ask("POST", `/join/${encodeURIComponent(roomId)}`, ben.accessToken, {});
  return roomId;
}

async function enter(person: Person, account: TestAccount, path: string): Promise<void> {
  await signPersonIn(person, account);
  await person.page.goto(path);
}

/** The offer after signing up, to its end; return the recovery key. */
async function setUpRecovery(page: Page): Promise<string> {
  await button(page, "Make my recovery key").waitFor();
  await look(page, "recovery-intro");
  await button(page, "Make my recovery key").click();
  return await keepKey(page);
}

async function keepKey(page: Page): Promise<string> {
  const key = (await page.getByTestId("recovery-key").textContent()) ?? "";
  await button(page, "Copy").click();
  if ((await page.evaluate(() => navigator.clipboard.readText())) !== key) throw new Error("not copied");
  if (!(await button(page, "Continue").isDisabled()))
    throw new Error("one may go on without keeping the key");
  await look(page, "recovery-key");
  await page.getByRole("checkbox", { name: "I have kept my recovery key" }).click();
  await button(page, "Continue").click();
  await look(page, "recovery-done");
  await button(page, "Done").click();
  return key;
}

async function say(from: Page, to: Page, text: string): Promise<void> {
  const composer = from.getByRole("textbox", { name: /^Message/ });
  await composer.fill(text);
  await composer.press("Enter");
  await to.getByText(text).first().waitFor();
}

async function verifyPerson(one: Page, two: Page): Promise<void> {
  await one.getByRole("button", { name: BEN, exact: true }).first().click();
  await button(one, "Verify").click();
  await look(one, "verify-person");
  await button(one, "Start").click();
  await two.getByRole("heading", { name: `${ANN} wants to verify with you` }).waitFor();
  await look(two, "verify-asked");
  await button(two, "Start").click();
  await one.getByTestId("qr-code").waitFor();
  await look(one, "verify-choose");
  await compareEmoji(one, two);
}

async function compareEmoji(one: Page, two: Page): Promise<void> {
  await button(one, "Compare emoji instead").click();
  const [mine, theirs] = await Promise.all([one, two].map((page) => page.getByTestId("sas").textContent()));
  if (!mine || mine !== theirs) throw new Error(`not the same emoji: ${mine} ${theirs}`);
  await look(one, "verify-compare");
  await button(one, "They match").click();
  await button(two, "They match").click();
  for (const page of [one, two]) await page.getByRole("heading", { name: "Verified" }).waitFor();
  await look(one, "verify-done");
  for (const page of [one, two]) await button(page, "Done").click();
}

/** The new device shows its code; the old one reads it from a picture. */
async function verifyByCode(fresh: Page, trusted: Page): Promise<void> {
  await choice(fresh, "Use another device").click();
  await look(fresh, "verify-waiting");
  await trusted.getByRole("heading", { name: "Another device wants to be verified" }).waitFor();
  await button(trusted, "Start").click();
  const code = await fresh.getByTestId("qr-code").screenshot();
  await button(trusted, "Scan its code").click();
  await look(trusted, "verify-scan");
  await trusted
    .locator("input[type=file]")
    .last()
    .setInputFiles({ name: "code.png", mimeType: "image/png", buffer: code });
  await fresh.getByRole("heading", { name: "Does the other device show a green check?" }).waitFor();
  await button(fresh, "Yes, it does").click();
  for (const page of [fresh, trusted]) await page.getByRole("heading", { name: "Verified" }).waitFor();
  for (const page of [fresh, trusted]) await button(page, "Done").click();
}

/** While the server says nothing of the backup, a key for it is of no use, and is asked for again later. */
async function withoutBackup({ context }: Person, work: () => Promise<void>): Promise<void> {
  const asked = "**/room_keys/version*";
  await context.route(asked, (route) => route.abort());
  await work();
  await context.unroute(asked);
}

async function recover(page: Page, key: string): Promise<void> {
  await choice(page, "Use your recovery key").waitFor();
  await look(page, "verify-device");
  await choice(page, "Use your recovery key").click();
  const field = page.getByRole("textbox", { name: "Your recovery key" });
  await field.fill("not the key");
  await button(page, "Recover").click();
  await page.getByText("This is not the right key").waitFor();
  await look(page, "recover-wrong");
  await field.fill(key);
  await button(page, "Recover").click();
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await look(page, "recover-done");
  await button(page, "Done").click();
}

async function lookAtSettings(page: Page): Promise<void> {
  for (const [name, first] of [
    ["encryption", "Verified. It can read your encrypted history."],
    ["devices", "Parlour on Firefox"],
    ["notifications", "Notify this browser when Parlour is closed"],
  ] as const) {
    await page.goto(`/settings/${name}`);
    await page.getByText(first).waitFor();
    await look(page, `settings-${name}-verified`);
  }
}

async function keysInFile(page: Page): Promise<void> {
  await page.goto("/settings/encryption");
  await button(page, "Export").click();
  await page.getByRole("textbox", { name: "Passphrase", exact: true }).fill(PASSPHRASE);
  await page.getByRole("textbox", { name: "Passphrase again" }).fill(PASSPHRASE);
  await look(page, "keys-export");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog").getByRole("button", { name: "Export" }).click(),
  ]);
  const buffer = await readFile(await download.path());
  if (!buffer.toString().startsWith("-----BEGIN MEGOLM SESSION DATA-----"))
    throw new Error("no file of keys");
  await button(page, "Import").click();
  const dialog = page.getByRole("dialog");
  await dialog
    .locator("input[type=file]")
    .setInputFiles({ name: "keys.txt", mimeType: "text/plain", buffer });
  await dialog.getByRole("textbox", { name: "Passphrase" }).fill("another one");
  await dialog.getByRole("button", { name: "Import" }).click();
  await dialog.getByText("This is not the right passphrase.").waitFor();
  await look(page, "keys-import");
  await dialog.getByRole("textbox", { name: "Passphrase" }).fill(PASSPHRASE);
  await dialog.getByRole("button", { name: "Import" }).click();
  await page.getByText(/\d+ keys imported|One key imported/).waitFor();
}

async function backupOffAndOn(page: Page): Promise<void> {
  await button(page, "Restore all keys").click();
  await page
    .getByText(/restored/i)
    .first()
    .waitFor();
  await button(page, "Turn off").click();
  await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await page.getByText("Your keys are only on this device.").waitFor();
  await button(page, "Turn on").click();
  await button(page, "Make my recovery key").click();
  await keepKey(page);
  await page.getByText("Your keys are backed up").waitFor();
}

async function signOut(page: Page): Promise<void> {
  await page.goto("/account/devices");
  const device = page.getByRole("listitem").filter({ hasText: "Parlour on Android" });
  await device.getByRole("button", { name: "Sign out" }).click();
  await look(page, "device-sign-out");
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  const password = page.getByRole("textbox", { name: "Password" });
  await password.fill("not the password");
  await button(page, "Continue").click();
  await page.getByText("This is not your password.").waitFor();
  await look(page, "proof-password");
  await password.fill(PASSWORD);
  await button(page, "Continue").click();
  await device.waitFor({ state: "detached" });
}

async function reset(page: Page): Promise<void> {
  await page.goto("/settings/encryption");
  await button(page, "Reset identity").click();
  await look(page, "reset");
  await page.getByRole("dialog").getByRole("button", { name: "Reset identity" }).click();
  const password = page.getByRole("textbox", { name: "Password" });
  await password.fill(PASSWORD);
  await button(page, "Continue").click();
  await keepKey(page);
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

/** One of a few ways to go on: its words and their explanation are one button. */
function choice(page: Page, words: string) {
  return page.getByRole("button", { name: new RegExp(`^${words}`) });
}
