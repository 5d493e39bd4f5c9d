/**
 * Somebody makes an account on a server that wants everything shown first: an invitation or a captcha, agreement to
 * its terms, an e-mail address. `PARLOUR_TOKEN` is the first admin's invitation.
 */

import type { Browser, Page } from "playwright-core";
import { PASSWORD } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, withBrowser } from "../support/browser.ts";
import { confirmNextMail } from "../support/mails.ts";

const RUN = Date.now() % 1_000_000;
const TOKEN = process.env.PARLOUR_TOKEN ?? "";
const ADDRESS = `rosa${RUN}@example.com`;

await withBrowser(async (browser) => {
  await comesAsPerson(browser);
  await comesByInvitation(browser);
});

/** Without an invitation: a captcha, the terms, an address. */
async function comesAsPerson(browser: Browser): Promise<void> {
  const rosa = await newPerson(browser, "rosa");
  const { page } = rosa;
  await begins(page, "/register", `rosa${RUN}`);
  // The first admin's invitation is the shortest way as long as nobody has used it.
  await page.getByRole("heading", { name: "Invitation" }).waitFor();
  await page.getByLabel("Invitation code").fill("wrong code");
  await press(page, "Continue");
  await page.getByText("This code is not valid (any more).").waitFor();
  await look(page, "stage-token");
  await press(page, "Another way");
  await solvesCaptcha(page);
  await agrees(page);
  await showsAddress(page);
  await page.waitForURL("/chat");
  await press(page, "Not now");
  await page.goto("/account/security");
  await page.getByText(ADDRESS).first().waitFor();
  expectNoFaults(rosa);
  await rosa.context.close();
}

/** On the server's page, in a window of its own; it says by itself that it is done. */
async function solvesCaptcha(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Are you a person?" }).waitFor();
  await page.getByText("Step 1 of 3").waitFor();
  await press(page, "I am done there");
  await page.getByText("The server is not done there yet").waitFor();
  await look(page, "stage-captcha");
  const opened = page.waitForEvent("popup");
  await press(page, "Open the page");
  const question = await opened;
  const box = question.getByRole("checkbox", { name: "I am not a robot" });
  await box.waitFor();
  await press(question, "Continue");
  await question.getByRole("alert").waitFor();
  await look(question, "stage-captcha-page");
  await box.check();
  await question.locator("label[data-solved=true]").waitFor();
  const closed = question.waitForEvent("close");
  await press(question, "Continue");
  await closed;
}

/** All documents have to be agreed to, and can be read. */
async function agrees(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Terms of this server" }).waitFor();
  await page.getByText("Step 2 of 3").waitFor();
  const goOn = page.getByRole("button", { name: "Continue" });
  await page.getByRole("checkbox", { name: "I agree to Terms of use" }).click();
  if (await goOn.isEnabled()) throw new Error("one may go on without agreeing to all");
  const opened = page.waitForEvent("popup");
  await page.getByRole("link", { name: "Read Privacy" }).click();
  const document = await opened;
  await document.getByRole("heading", { name: "What we keep" }).waitFor();
  if (await document.evaluate(() => window.opener !== null))
    throw new Error("the document knows who opened it");
  await document.close();
  await page.getByRole("checkbox", { name: "I agree to Privacy" }).click();
  await look(page, "stage-terms");
  await goOn.click();
}

async function showsAddress(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Your e-mail address" }).waitFor();
  await page.getByText("Step 3 of 3").waitFor();
  const address = page.getByLabel("E-mail address");
  await address.fill("no address");
  await press(page, "Send the mail");
  await page.getByText("No mail could be sent to this address").waitFor();
  if ((await address.inputValue()) !== "no address") throw new Error("there is nothing to check");
  await look(page, "stage-email");
  await address.fill(ADDRESS);
  await press(page, "Send the mail");
  await page.getByText(`We sent a mail to ${ADDRESS}`).waitFor();
  await press(page, "I opened the link");
  await page.getByText("The link in the mail has not been opened yet.").waitFor();
  await look(page, "stage-email-sent");
  await confirmNextMail(page);
  await press(page, "I opened the link");
}

/** An invitation link brings its code; the terms remain. */
async function comesByInvitation(browser: Browser): Promise<void> {
  const sam = await newPerson(browser, "sam", { locale: "de-DE" });
  const { page } = sam;
  await begins(page, `/register#token=${TOKEN}`, `sam${RUN}`);
  await page.getByRole("checkbox", { name: /Nutzungsbedingungen/ }).click();
  await page.getByRole("checkbox", { name: /Privacy/ }).click();
  await look(page, "stage-terms-german");
  await press(page, "Weiter");
  await page.waitForURL(/\/(chat|admin)/);
  expectNoFaults(sam);
}

async function begins(page: Page, path: string, name: string): Promise<void> {
  await page.goto(path);
  await page.locator("input[name=username]").fill(name);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}
