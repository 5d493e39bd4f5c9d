/**
 * Somebody finds the server, makes an account, signs in and out again in every way there is; and what happens
 * when something is wrong: a mistyped password, a session that was ended, two tabs, a browser without room.
 */

import type { Browser, Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, type Person, SERVER, withBrowser } from "../support/browser.ts";

const NAME = `ines${Date.now() % 1_000_000}`;
const OTHER = `jon${Date.now() % 1_000_000}`;
/** Less than a message or two need. */
const NO_ROOM_BYTES = 40_000;

await withBrowser(async (browser) => {
  const other = await makeAccount(OTHER, "Parlour on Firefox");
  await ask("POST", "/createRoom", other.accessToken, { name: "Garden" });
  const ines = await newPerson(browser, "ines");
  await arrives(ines.page);
  await signsUp(ines.page);
  await addsAccount(ines.page);
  await signsOut(ines.page);
  await looksElsewhere(ines.page);
  expectNoFaults(ines);
  await usesServersPage(browser);
  await usesTwoTabs(browser);
  await isSignedOut(browser, other);
  await hasNoRoom(browser);
  await breaks(browser);
});

/** The pages before anybody is signed in. */
async function arrives(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look(page, "landing");
  await page.goto("/nowhere");
  await page.getByRole("link", { name: "Go to the start" }).waitFor();
  await look(page, "not-found");
  await page.goto("/chat");
  await page.getByLabel("Password", { exact: true }).waitFor();
  await look(page, "sign-in");
  await signIn(page, NAME, "not the password");
  await page.getByText("User name or password is not right").waitFor();
}

async function signsUp(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("User name").fill(OTHER);
  await page.getByText("Somebody has this name already").waitFor();
  await page.getByLabel("User name").fill(NAME);
  await page.getByText("This name is free.").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Use at least 8 characters.").waitFor();
  await look(page, "register");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("/chat");
  await page.getByRole("button", { name: "Not now" }).click();
}

/** A second account beside the first; either is shown as one likes. */
async function addsAccount(page: Page): Promise<void> {
  await page.getByRole("button", { name: NAME }).click();
  await page.getByRole("menuitem", { name: "Add account" }).click();
  await page.getByRole("heading", { name: "Add another account" }).waitFor();
  await signIn(page, OTHER, PASSWORD);
  await page.getByText("Garden").first().waitFor();
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("button", { name: OTHER }).click();
  await page
    .getByRole("menuitem", { name: NAME })
    .or(page.getByText(`@${NAME}:`))
    .first()
    .click();
  await page.getByText("No conversations yet").waitFor();
}

/** Signing out leaves nothing of the account here, and shows the other one. */
async function signsOut(page: Page): Promise<void> {
  const token = await page.evaluate(activeToken);
  await page.getByRole("button", { name: NAME }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign out of this device?" });
  await dialog.waitFor();
  await look(page, "sign-out");
  await dialog.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Garden").first().waitFor();
  const kept = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return [...databases.map(({ name }) => name ?? ""), ...Object.keys(localStorage)];
  });
  const ofHers = kept.filter((name) => name.includes(`@${NAME}:`));
  if (ofHers.length > 0) throw new Error(`left behind: ${ofHers.join(" ")}`);
  const answer = await ask("GET", "/account/whoami", token);
  if (answer.errcode !== "M_UNKNOWN_TOKEN") throw new Error("the server still knows the token");
}

/** In the page: the access token of the account that is shown. */
function activeToken(): string {
  const { active, sessions } = JSON.parse(localStorage.getItem("parlour.sessions") ?? "{}");
  return sessions.find((session: { userId: string }) => session.userId === active).accessToken;
}

/** Other servers: names that are none, and this one by its address. */
async function looksElsewhere(page: Page): Promise<void> {
  await page.goto("/login");
  await page.getByRole("button", { name: "Change" }).click();
  const field = page.getByLabel("Server", { exact: true });
  await field.fill("two words");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("This is no name of a server.").waitFor();
  await look(page, "server");
  await field.fill(SERVER);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Forgot password" }).click();
  await page.getByLabel("New password").waitFor();
  await look(page, "forgot");
}

/** OAuth: over the server's own page and back. */
async function usesServersPage(browser: Browser): Promise<void> {
  const kim = await newPerson(browser, "kim");
  await kim.page.goto("/login");
  await kim.page.getByRole("button", { name: "Continue on the server's page" }).click();
  await kim.page.getByLabel("Username").fill(OTHER);
  await kim.page.getByLabel("Password").fill(PASSWORD);
  await kim.page.getByRole("button", { name: "Sign in" }).click();
  await kim.page.getByRole("button", { name: "Continue" }).click();
  await kim.page.getByText("Garden").first().waitFor();
  if (new URL(kim.page.url()).search !== "") throw new Error("the code is still in the address");
  expectNoFaults(kim);
  await kim.context.close();
}

/** One tab at a time works with an account; the other can take over. */
async function usesTwoTabs(browser: Browser): Promise<void> {
  const kim = await signedIn(browser, "kim");
  const second = await kim.context.newPage();
  await second.goto("/chat");
  await second.getByRole("heading", { name: "Open in another tab" }).waitFor();
  await look(second, "another-tab");
  await second.getByRole("button", { name: "Use it here" }).click();
  await second.getByText("Garden").first().waitFor();
  await kim.page.getByRole("button", { name: "Use it here" }).click();
  await kim.page.getByText("Garden").first().waitFor();
  await second.getByRole("heading", { name: "Open in another tab" }).waitFor();
  expectNoFaults(kim);
  await kim.context.close();
}

/** Another device ends the session: a clear message, and the way back in. */
async function isSignedOut(browser: Browser, account: TestAccount): Promise<void> {
  const kim = await signedIn(browser, "kim");
  await ask("POST", "/logout", await kim.page.evaluate(activeToken));
  await kim.page.getByRole("heading", { name: "You were signed out" }).waitFor();
  await look(kim.page, "signed-out");
  if ((await kim.page.getByLabel("User name").inputValue()) !== account.userId) throw new Error("not whose");
  await kim.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await kim.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await kim.page.getByText("Garden").first().waitFor();
  await kim.context.close();
}

/** A browser that has no room left says so, and what to do. */
async function hasNoRoom(browser: Browser): Promise<void> {
  const kim = await newPerson(browser, "kim");
  const session = await kim.context.newCDPSession(kim.page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: SERVER, quotaSize: NO_ROOM_BYTES });
  await kim.page.goto("/login");
  await signIn(kim.page, OTHER, PASSWORD);
  const said = /No room left in this browser|has no room left/;
  await kim.page.getByText(said).first().waitFor();
  await look(kim.page, "no-room");
  await kim.context.close();
}

/** Whatever breaks while a page is drawn: a page that says so, and the way on. */
async function breaks(browser: Browser): Promise<void> {
  const kim = await newPerson(browser, "kim");
  await kim.page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", {
      get: () => {
        throw new Error("broken on purpose");
      },
    });
  });
  await kim.page.goto("/");
  await kim.page.getByRole("heading", { name: "Something broke" }).waitFor();
  await look(kim.page, "crash");
  await kim.page.getByText("Details").click();
  await kim.page.getByText("broken on purpose").waitFor();
  await kim.page.getByRole("button", { name: "Load again" }).click();
  await kim.context.close();
}

async function signedIn(browser: Browser, name: string): Promise<Person> {
  const person = await newPerson(browser, name);
  await person.page.goto("/login");
  await signIn(person.page, OTHER, PASSWORD);
  await person.page.getByText("Garden").first().waitFor();
  return person;
}

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
