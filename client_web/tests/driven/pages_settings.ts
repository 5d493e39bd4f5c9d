/** Every page of the settings and of the account, and what opens from them, in each width and theme. */

import type { Page } from "playwright-core";
import { signInAgain, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, withBrowser } from "../support/browser.ts";
import { makeClub } from "../support/club.ts";

const SETTINGS = [
  "profile",
  "account",
  "devices",
  "notifications",
  "appearance",
  "privacy",
  "encryption",
  "keyboard",
  "about",
];
const ACCOUNT = ["profile", "security", "devices", "apps", "data", "close"];

await withBrowser(async (browser) => {
  const erin = await newPerson(browser, "erin");
  const { page } = erin;
  await page.goto("/");
  const club = await makeClub(page);
  await signInAgain(
    club.erin.userId,
    "Parlour on a borrowed laptop of the mountaineering museum in Innsbruck",
  );
  await signPersonIn(erin, club.erin);
  await page.goto("/chat");
  await page.getByRole("button", { name: "Not now" }).click();
  for (const name of SETTINGS) await lookAtPage(page, `settings-${name}`, `/settings/${name}`);
  for (const name of ACCOUNT) await lookAtPage(page, `account-${name}`, `/account/${name}`);
  expectNoFaults(erin);
});

async function lookAtPage(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("status", { name: "Loading …" }).first().waitFor({ state: "detached" });
  await lookAt(page, name);
}
