/**
 * A server that is gone, answers nonsense or is slow, and a browser that has no room left while somebody writes: they
 * are told, may try again, lose nothing and say nothing twice.
 */

import type { Browser, Page, Route } from "playwright-core";
import { ask, makeAccount, PASSWORD, signInAgain, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, look, newPerson, SERVER, withBrowser } from "../support/browser.ts";
import { arrive, message, openRoom, roomOf, row, say, tell, until } from "../support/steps.ts";

const RUN = Date.now() % 1_000_000;
const NAME = `wim${RUN}`;
const LOGIN = /\/_matrix\/client\/v3\/login$/;
const SEND = /\/send\/m\.room\.message\//;
const SYNC = /\/_matrix\/client\/v3\/sync/;
const MESSAGES = /\/rooms\/[^/]+\/messages/;
const SILENT = /No answer\. Check your connection/;
const NONSENSE = /answered with something we do not understand/;
const SMALL_BYTES = 100_000;
const HELD = 40;

await withBrowser(async (browser) => {
  const wim = await makeAccount(NAME, "Parlour on Firefox");
  const zoe = await makeAccount(`zoe${RUN}`, "Parlour on Chromium");
  const hall = await roomOf(zoe, [wim], { name: "Hall" });
  for (let number = 1; number <= HELD; number += 1) await tell(zoe, hall, `word ${number}`);
  await signsIn(browser);
  const person = await arrive(browser, wim, "wim");
  const { page } = person;
  await page.routeWebSocket(/parlour\.websocket/, (socket) => void socket.close());
  await page.reload();
  await outlivesNonsense(page, zoe, hall);
  await waitsForSlowSending(page, zoe, hall);
  await loadsHistoryLater(browser, hall);
  await hasNoRoomLeft(browser, zoe, hall);
  expectNoFaults(person);
});

/** Signing in to a server that is gone, talks nonsense, and then takes its time. */
async function signsIn(browser: Browser): Promise<void> {
  const person = await newPerson(browser, "wim at the door");
  const { page } = person;
  await page.goto("/login");
  await page.getByLabel("User name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  const enter = page.getByRole("button", { name: /^Sign(ing)? in/ }).first();
  for (const [answer, said] of [
    [(route) => route.abort("connectionrefused"), SILENT],
    [(route) => route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Welcome" }), NONSENSE],
    [(route) => route.fulfill({ json: [] }), NONSENSE],
    [(route) => route.fulfill({ json: { access_token: 7, user_id: {} } }), NONSENSE],
  ] as readonly (readonly [(route: Route) => Promise<void>, RegExp])[]) {
    await page.route(LOGIN, (route) =>
      route.request().method() === "POST" ? answer(route) : route.continue(),
    );
    await enter.click();
    await page.getByRole("alert").filter({ hasText: said }).waitFor();
    await page.unroute(LOGIN);
  }
  await look(page, "sign-in-nonsense");
  const slow = await held(page, LOGIN);
  await enter.click();
  await until("the server is asked", async () => slow.count() === 1);
  if (await enter.isEnabled()) throw new Error("one may sign in twice at once");
  await slow.letGo();
  await row(page, "Hall").waitFor();
  expectNoFaults(person);
  await person.context.close();
}

interface Held {
  readonly count: () => number;
  readonly letGo: () => Promise<void>;
}

/** Hold requests back until they are let go. */
async function held(page: Page, which: RegExp): Promise<Held> {
  const routes: Route[] = [];
  let isHeld = true;
  await page.route(which, (route) => {
    if (isHeld && ["POST", "PUT"].includes(route.request().method())) routes.push(route);
    else void route.continue();
  });
  const letGo = async () => {
    isHeld = false;
    await Promise.all(routes.map((route) => route.continue()));
  };
  return { count: () => routes.length, letGo };
}

/** What is no answer changes nothing, and the next that is one goes on where it was. */
async function outlivesNonsense(page: Page, zoe: TestAccount, hall: string): Promise<void> {
  await openRoom(page, hall);
  await message(page, `word ${HELD}`).waitFor();
  for (const [number, answer] of [
    {},
    [],
    { next_batch: 5 },
    { rooms: 7, next_batch: "x" },
    { rooms: { join: { [hall]: null } } },
  ].entries()) {
    let asked = 0;
    await page.route(SYNC, (route) => {
      asked += 1;
      return asked === 1 ? route.fulfill({ json: answer }) : route.continue();
    });
    await tell(zoe, hall, `after nonsense ${number}`);
    await message(page, `after nonsense ${number}`).waitFor();
    await until("nonsense was answered", async () => asked > 0);
    await page.unroute(SYNC);
  }
  await message(page, `word ${HELD}`).waitFor();
}

/** A message that takes its time is shown, outlives a look elsewhere, and is said once. */
async function waitsForSlowSending(page: Page, zoe: TestAccount, hall: string): Promise<void> {
  const slow = await held(page, SEND);
  await say(page, "Slow but sure");
  await message(page, "Slow but sure").waitFor();
  await until("the server is asked", async () => slow.count() > 0);
  await page
    .getByRole("link", { name: "Home" })
    .or(page.getByRole("button", { name: "Home" }))
    .first()
    .click();
  await row(page, "Hall").click();
  await message(page, "Slow but sure").waitFor();
  await slow.letGo();
  const path = `/rooms/${encodeURIComponent(hall)}/messages?dir=b&limit=20`;
  const heard = async () =>
    JSON.stringify(await ask("GET", path, zoe.accessToken)).split("Slow but sure").length - 1;
  await until("it is heard", async () => (await heard()) > 0);
  await say(page, "And after it");
  await until("what follows is heard", async () =>
    JSON.stringify(await ask("GET", path, zoe.accessToken)).includes("And after it"),
  );
  if ((await heard()) !== 1) throw new Error("it was said twice");
}

/** History that cannot be had says so, and is there when asked for again. */
async function loadsHistoryLater(browser: Browser, hall: string): Promise<void> {
  const person = await arrive(browser, await signInAgain(NAME, "Parlour on Android"), "wim again");
  const { page } = person;
  await page.route(MESSAGES, (route) => route.fulfill({ json: { chunk: "all of it", end: 7 } }));
  await openRoom(page, hall);
  const log = page.getByRole("log").first();
  const notice = page.getByText("Earlier messages could not be loaded.");
  await notice.waitFor();
  await look(page, "history-nonsense");
  await page.unroute(MESSAGES);
  await page.getByRole("button", { name: "Try again" }).click();
  await notice.waitFor({ state: "detached" });
  await until("the beginning is there", async () => {
    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    return log.getByText("word 1", { exact: true }).first().isVisible();
  });
  expectNoFaults(person);
  await person.context.close();
}

/** Nothing can be stored any more: everything still arrives, here and there. */
async function hasNoRoomLeft(browser: Browser, zoe: TestAccount, hall: string): Promise<void> {
  const person = await arrive(browser, await signInAgain(NAME, "Parlour on a full disk"), "wim without room");
  const { page, context } = person;
  await page.routeWebSocket(/parlour\.websocket/, (socket) => void socket.close());
  await page.reload();
  await openRoom(page, hall);
  const session = await context.newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: SERVER, quotaSize: SMALL_BYTES });
  await tell(zoe, hall, "Heard without room");
  await message(page, "Heard without room").waitFor();
  await say(page, "Said without room");
  await message(page, "Said without room").waitFor();
  const path = `/rooms/${encodeURIComponent(hall)}/messages?dir=b&limit=20`;
  await until("it is heard", async () =>
    JSON.stringify(await ask("GET", path, zoe.accessToken)).includes("Said without room"),
  );
  await session.send("Storage.overrideQuotaForOrigin", { origin: SERVER });
  await page.reload();
  await message(page, "Said without room").waitFor();
  expectNoFaults(person);
}
