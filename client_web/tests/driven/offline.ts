/**
 * What the service worker is for: the client starts without a network, nothing that a server said is kept by it,
 * and messages become notifications, with a page and without, that lead to their room and can be pressed away.
 */

import type { CDPSession, Page, Worker } from "playwright-core";
import { makeAccount, signPersonIn, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, newPerson, type Person, SERVER, withBrowser } from "../support/browser.ts";
import { field, roomOf, row, tell } from "../support/steps.ts";

const NAME = `olga${Date.now() % 1_000_000}`;
const PATIENCE_MS = 60_000;

await withBrowser(async (browser) => {
  const olga = await newPerson(browser, "olga");
  const account = await makeAccount(NAME, "Parlour on Firefox");
  const ben = await makeAccount(`ben${NAME}`, "Parlour on Chromium");
  const roomId = await roomOf(account, [ben], { name: "Garden" });
  const otherId = await roomOf(account, [ben], { name: "Orchard" });
  await signPersonIn(olga, account);
  await olga.page.goto("/chat");
  await olga.page.getByRole("button", { name: "Not now" }).click();
  await olga.page.getByText("Garden").first().waitFor();
  await everythingIsKept(olga.page);
  await startsOffline(olga);
  await isToldByPage(olga, ben, roomId, otherId);
  await isNotified(olga, roomId);
  expectNoFaults(olga);
});

/** The worker keeps the client's files and the cryptography, and nothing of any server's answers. */
async function everythingIsKept(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const deadline = Date.now() + PATIENCE_MS;
  let kept: readonly string[] = [];
  while (!kept.some((path) => path.endsWith(".wasm"))) {
    if (Date.now() > deadline) throw new Error(`the cryptography is not kept: ${kept.join(" ")}`);
    kept = await page.evaluate(keptPaths);
  }
  const strange = kept.filter(
    (path) => !path.startsWith("/code/") && path !== "/" && path !== "/parlour-settings",
  );
  if (strange.length > 0) throw new Error(`kept: ${strange.join(" ")}`);
}

/** In the page: the paths of everything that is in its caches. */
async function keptPaths(): Promise<string[]> {
  const names = await caches.keys();
  const stored = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return stored.flat().map((request) => new URL(request.url).pathname);
}

async function startsOffline({ context, page }: Person): Promise<void> {
  await context.setOffline(true);
  await page.reload();
  await page.getByText("Garden").first().waitFor();
  await page.goto("/account/profile");
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  await context.setOffline(false);
}

/** A page that is open tells of what is elsewhere than one looks; its buttons mark as read, and lead to answering. */
async function isToldByPage(
  { context, page }: Person,
  ben: TestAccount,
  roomId: string,
  otherId: string,
): Promise<void> {
  await page.goto("/settings/notifications");
  const choice = { name: "Show notifications on this device" };
  await page.getByRole("switch", choice).click();
  // The browser is asked first.
  await page.getByRole("switch", { ...choice, checked: true }).waitFor();
  await page.goto("/chat");
  await row(page, "Garden").waitFor();
  const worker = context.serviceWorkers()[0];
  if (worker === undefined) throw new Error("no service worker");
  // What is stored is shown before the server is heard, and what was said until then is no news.
  await tell(ben, roomId, "Have you seen them?");
  await row(page, "Garden").getByText("Have you seen them?").waitFor();
  await tell(ben, roomId, "The beans are up");
  await expectShown(worker, [`ben${NAME} · Garden: The beans are up`], "it is elsewhere");
  const unread = row(page, "Garden").getByText("2 unread messages");
  await unread.waitFor({ state: "attached" });
  await allAreShown(page);
  await pressShown(worker, "read");
  await unread.waitFor({ state: "detached" });
  if (new URL(page.url()).pathname !== "/chat") throw new Error("marking as read led somewhere");
  await tell(ben, otherId, "And the plums");
  await expectShown(worker, [`ben${NAME} · Orchard: And the plums`], "it is elsewhere again");
  await allAreShown(page);
  await pressShown(worker, "reply");
  await page.waitForURL(`**/chat/${encodeURIComponent(otherId)}`);
  await field(page).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
}

/** Wait until nothing is being shown any more: nobody presses faster. */
async function allAreShown(page: Page): Promise<void> {
  await page.evaluate(() => navigator.locks.request("notices", () => undefined));
}

/** Press a button of the notification that is shown. */
async function pressShown(worker: Worker, action: string): Promise<void> {
  const offered = await worker.evaluate(async (wanted) => {
    const scope = globalThis as unknown as ServiceWorkerGlobalScope;
    const [notification] = await scope.registration.getNotifications();
    if (notification === undefined) return [];
    scope.dispatchEvent(new NotificationEvent("notificationclick", { notification, action: wanted }));
    return (notification as unknown as { actions: { action: string }[] }).actions.map((each) => each.action);
  }, action);
  if (!offered.includes(action)) throw new Error(`it offers ${offered.join()}`);
}

async function isNotified({ context, page }: Person, roomId: string): Promise<void> {
  const worker = context.serviceWorkers()[0];
  if (worker === undefined) throw new Error("no service worker");
  const other = await context.newPage();
  const push = await pusher(await context.newCDPSession(other));
  const message = {
    room_id: roomId,
    event_id: "$event",
    type: "m.room.message",
    sender_display_name: "Ben",
    room_name: "Garden",
    content: { body: "The beans are up" },
    unread: 1,
  };
  await push(message);
  await expectShown(worker, [], "a page that is seen tells of it itself");
  await press(worker, roomId);
  await page.waitForURL(`**/chat/${encodeURIComponent(roomId)}`);

  const asked = page.waitForRequest((request) => request.url().endsWith("/pushers/ack"));
  await push({ app_id: "dev.parlour.web", ack_token: "token" });
  const shown = (await asked).postDataJSON() as { ack_token?: string };
  if (shown.ack_token !== "token") throw new Error(`not acknowledged: ${JSON.stringify(shown)}`);

  await page.close();
  await push(message);
  await expectShown(worker, ["Ben in Garden: The beans are up"], "nobody looks");
  await push({ unread: 0 });
  await expectShown(worker, [], "it was read elsewhere");
}

/** Deliver messages as the browser's push service would. */
async function pusher(session: CDPSession): Promise<(message: object) => Promise<void>> {
  const found = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find((registration) => registration.scopeURL.startsWith(SERVER));
      if (ours !== undefined) resolve(ours.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await found;
  return async (message) => {
    const data = JSON.stringify(message);
    await session.send("ServiceWorker.deliverPushMessage", { origin: SERVER, registrationId, data });
  };
}

async function expectShown(worker: Worker, wanted: readonly string[], why: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let shown: readonly string[] = ["?"];
  while (JSON.stringify(shown) !== JSON.stringify(wanted)) {
    if (Date.now() > deadline) throw new Error(`${why}: ${JSON.stringify(shown)}`);
    shown = await worker.evaluate(shownTexts);
  }
}

/** In the worker: the notifications that are there. */
async function shownTexts(): Promise<string[]> {
  const scope = globalThis as unknown as ServiceWorkerGlobalScope;
  return (await scope.registration.getNotifications()).map((shown) => `${shown.title}: ${shown.body}`);
}

/** Press a notification of a room. */
async function press(worker: Worker, roomId: string): Promise<void> {
  await worker.evaluate(async (id) => {
    const scope = globalThis as unknown as ServiceWorkerGlobalScope;
    await scope.registration.showNotification("Ben", { tag: id, data: { roomId: id } });
    const [notification] = await scope.registration.getNotifications({ tag: id });
    if (notification) scope.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  }, roomId);
}
