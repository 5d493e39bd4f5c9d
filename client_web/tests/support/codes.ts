/** What people do with QR codes that let a device in, on either device. */

import type { Page } from "playwright-core";
import type { Person } from "./browser.ts";

/** Make an identity and a recovery key, which is offered by itself. */
export async function setUpRecovery(page: Page): Promise<void> {
  await button(page, "Make my recovery key").click();
  await page.getByRole("checkbox", { name: "I have kept my recovery key" }).click();
  await button(page, "Continue").click();
  await button(page, "Done").click();
}

/** Choose a picture of a code, where a code is scanned. */
export async function scanCode(page: Page, picture: Buffer): Promise<void> {
  const file = { name: "code.png", mimeType: "image/png", buffer: picture };
  await page.locator("input[type=file]").last().setInputFiles(file);
}

/** The digits that are to be typed on the other device. */
export async function shownDigits(page: Page): Promise<string> {
  await page.getByRole("heading", { name: "Type this number there" }).waitFor();
  return (await page.getByTestId("digits").textContent()) ?? "";
}

export async function typeDigits(page: Page, digits: string): Promise<void> {
  await page.getByLabel("Two digits").fill(digits);
  await button(page, "Continue").click();
}

/** Agree on the server's page, which asks who one is, and shows what the new device is. */
export async function agreeToDevice(
  { page, context }: Person,
  name: string,
  password: string,
): Promise<void> {
  await page.getByRole("heading", { name: "Agree on your server's page" }).waitFor();
  const opened = context.waitForEvent("page");
  await button(page, "Open the page").click();
  const question = await opened;
  await question.getByLabel("Username").fill(name);
  await question.getByLabel("Password").fill(password);
  await button(question, "Sign in").click();
  await button(question, "Continue").click();
  await question.getByText("Go on there. You can close this page.").waitFor();
  await question.close();
}

/** This device is verified, without anybody having been asked. */
export async function isVerified(page: Page): Promise<void> {
  await page.goto("/settings/encryption");
  await page.getByText("Verified. It can read your encrypted history.").waitFor();
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}
