/**
 * Somebody looks after their account: name, picture, password, devices, apps that were let in on the server's
 * pages, their data as a file; and closes it.
 */

import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, signInAgain, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, SERVER, withBrowser } from "../support/browser.ts";
import { unzip } from "../support/zip.ts";

const NAME = `zoe${Date.now() % 1_000_000}`;
const NEW_PASSWORD = "another long password";
const APP = "https://app.chatter.example/callback";
/** A picture of one pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

await withBrowser(async (browser) => {
  const zoe = await newPerson(browser, "zoe");
  const account = await makeAccount(NAME, "Parlour on Firefox");
  await ask("POST", "/createRoom", account.accessToken, { name: "Garden" });
  await letAppIn(zoe.page);
  await signPersonIn(zoe, account);
  await changeProfile(zoe.page);
  await changePassword(zoe.page);
  await renameDevice(zoe.page);
  await revokeApp(zoe.page);
  await downloadData(zoe.page);
  await closeAccount(zoe.page, account.userId);
  expectNoFaults(zoe);
});

/** Let an app in on the server's own pages, as its sign-in would. */
async function letAppIn(page: Page): Promise<void> {
  const metadata = {
    client_name: "Chatter",
    client_uri: "https://chatter.example/",
    redirect_uris: [APP],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  const registered = await fetch(`${SERVER}/oauth2/registration`, {
    method: "POST",
    body: JSON.stringify(metadata),
  });
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: APP,
    scope: "urn:matrix:client:api:* urn:matrix:client:device:CHATTER",
    state: "state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  await page.route("https://app.chatter.example/**", (route) => route.fulfill({ body: "back in the app" }));
  await page.goto(`/oauth2/authorize?${query}`);
  await page.locator("[name=user]").fill(NAME);
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("[name=password]").press("Enter");
  await page.locator("[name=decision][value=allow]").click();
  await page.waitForURL(`${APP}**`);
  const code = new URL(page.url()).searchParams.get("code") ?? "";
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    redirect_uri: APP,
    code_verifier: verifier,
  });
  const tokens = await fetch(`${SERVER}/oauth2/token`, { method: "POST", body });
  if (!tokens.ok) throw new Error(`no tokens: ${await tokens.text()}`);
}

async function changeProfile(page: Page): Promise<void> {
  await page.goto("/account");
  await button(page, "Not now").click();
  await page.getByRole("textbox", { name: "Name" }).fill("Zoë Meadow");
  await button(page, "Save").click();
  await page.getByText("Saved").waitFor();
  const buffer = Buffer.from(PIXEL, "base64");
  await page.locator("input[type=file]").setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
  await button(page, "Remove picture").waitFor();
  await look(page, "account-profile");
  await button(page, "Remove picture").click();
  await button(page, "Remove picture").waitFor({ state: "detached" });
}

async function changePassword(page: Page): Promise<void> {
  await page.goto("/account/security");
  await button(page, "Change password").waitFor();
  await look(page, "account-security");
  await button(page, "Change password").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "New password", exact: true }).fill(NEW_PASSWORD);
  await dialog.getByRole("textbox", { name: "New password again" }).fill(NEW_PASSWORD);
  await look(page, "account-password");
  await button(dialog, "Change password").click();
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(PASSWORD);
  await button(page, "Continue").click();
  await page.getByText("Your password has been changed.").waitFor();
  const refused = await signInAgain(NAME, "with the old one").catch(() => null);
  if (refused !== null) throw new Error("the old password still works");
}

async function renameDevice(page: Page): Promise<void> {
  await page.goto("/account/devices");
  await button(page, "Rename").first().click();
  const field = page.getByRole("textbox", { name: "Name of the device" });
  await field.fill("The laptop in the kitchen");
  await look(page, "account-rename");
  await button(page, "Save").click();
  await page.getByText("The laptop in the kitchen").waitFor();
  await look(page, "account-devices");
}

async function revokeApp(page: Page): Promise<void> {
  await page.goto("/account/apps");
  await page.getByText("Chatter", { exact: true }).waitFor();
  await look(page, "account-apps");
  await button(page, "Revoke access").click();
  await look(page, "account-revoke");
  await button(page.getByRole("dialog"), "Revoke access").click();
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(NEW_PASSWORD);
  await button(page, "Continue").click();
  await page.getByText("No app was let in on your server's own pages.").waitFor();
  await look(page, "account-no-apps");
}

async function downloadData(page: Page): Promise<void> {
  await page.goto("/account/data");
  await button(page, "Download").waitFor();
  await look(page, "account-data");
  // The window in which a file is chosen is the system's own: this browser has none.
  await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Download").click()]);
  const files = unzip(await readFile(await download.path()));
  const profile = JSON.parse(files.get("profile.json")?.toString() ?? "{}") as { displayname?: string };
  if (profile.displayname !== "Zoë Meadow") throw new Error(`the profile: ${JSON.stringify(profile)}`);
  if (!files.get("rooms.json")?.includes("Garden")) throw new Error("the room is not among the data");
  await page.getByText("Your data has been downloaded.").waitFor();
}

async function closeAccount(page: Page, userId: string): Promise<void> {
  await page.goto("/account/close");
  await button(page, "Close account").waitFor();
  await look(page, "account-close");
  await button(page, "Close account").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(userId);
  await look(page, "account-close-confirm");
  await button(dialog, "Close account").click();
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(NEW_PASSWORD);
  await button(page, "Continue").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/account"));
}

function button(within: Pick<Page, "getByRole">, name: string) {
  return within.getByRole("button", { name, exact: true });
}
