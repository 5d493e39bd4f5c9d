/** The pages of a new account and of bad days, in each width and theme: nothing there yet, no network, plain http. */

import type { Browser } from "playwright-core";
import { ask, makeAccount, signPersonIn } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, withBrowser } from "../support/browser.ts";

const suffix = process.env.PARLOUR_SUFFIX ?? "";

await withBrowser(async (browser) => {
  await isNew(browser);
  await isOnPlainHttp(browser);
});

async function isNew(browser: Browser): Promise<void> {
  const nia = await newPerson(browser, "nia");
  const { page } = nia;
  // Without a socket it asks again and again, and notices at once that nobody answers.
  await page.routeWebSocket(/./, (socket) => socket.close());
  const account = await makeAccount(`nia${suffix}`, "Parlour on Firefox");
  await signPersonIn(nia, account);
  await page.goto("/chat");
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByText("No conversations yet").waitFor();
  await lookAt(page, "chat-empty");
  const { room_id: roomId } = await ask("POST", "/createRoom", account.accessToken, { name: "Mountain hut" });
  await page.goto(`/chat/${encodeURIComponent(String(roomId))}`);
  await page.getByRole("log").waitFor();
  await nia.context.setOffline(true);
  await page.getByText("No connection").first().waitFor();
  await lookAt(page, "chat-offline");
  expectNoFaults(nia);
}

async function isOnPlainHttp(browser: Browser): Promise<void> {
  const pip = await newPerson(browser, "pip");
  const { page } = pip;
  await page.addInitScript(() => Object.defineProperty(window, "isSecureContext", { value: false }));
  await page.goto("/");
  await page.getByText("This page is not protected").waitFor();
  await lookAt(page, "plain-http");
  await signPersonIn(pip, await makeAccount(`pip${suffix}`, "Parlour on Firefox"));
  await page.goto("/chat");
  await page.getByText("This page is not protected").waitFor();
  await lookAt(page, "plain-http-chat");
  expectNoFaults(pip);
}
