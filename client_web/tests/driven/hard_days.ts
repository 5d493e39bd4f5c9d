/**
 * Ways in that lead over others: a provider, a mail; and days when much goes wrong: tokens that end, a server that is
 * slow, answers nonsense, is not there, or has forgotten where one was; and notifications that are turned on and off.
 */

import type { Browser, Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, newPerson, type Person, withBrowser } from "../support/browser.ts";
import { confirmNextMail, hasMails } from "../support/mails.ts";
import { message, openRoom, roomOf, row, say, tell, until } from "../support/steps.ts";

const RUN = Date.now() % 1_000_000;
const NAME = `pia${RUN}`;
const ADDRESS = `pia${RUN}@example.com`;
const NEW_PASSWORD = "another long password";
const SYNC = /\/_matrix\/client\/v3\/sync/;

await withBrowser(async (browser) => {
  await comesByProvider(browser);
  const pia = await makeAccount(NAME, "Parlour on Firefox");
  const garden = await roomOf(pia, [], { name: "Garden" });
  if (hasMails) await setsNewPassword(browser, pia);
  const person = await newPerson(browser, "pia");
  await signIn(person.page, hasMails ? NEW_PASSWORD : PASSWORD);
  await openRoom(person.page, garden);
  await outlivesTokens(person.page, garden);
  await turnsPushOnAndOff(person.page);
  await sendsLater(person.page, garden);
  await outlivesServers(person, garden);
  expectNoFaults(person);
  await goesOnSoftly(browser, garden);
});

/** Over the provider's page and back, with an account that is made on the way. */
async function comesByProvider(browser: Browser): Promise<void> {
  if (!hasMails) return;
  const otto = await newPerson(browser, "otto");
  await otto.page.goto("/login");
  await otto.page.getByRole("button", { name: "Continue with Club" }).click();
  const submit = otto.page.getByRole("button").first();
  const arrived = otto.page.getByText("No conversations yet");
  await submit.or(arrived).first().waitFor();
  if (!otto.page.url().includes("/chat")) await submit.click();
  await arrived.waitFor();
  if (new URL(otto.page.url()).search !== "") throw new Error("the token is still in the address");
  expectNoFaults(otto);
  await otto.context.close();
}

/** An address is added to the account, and proves later whose it is. */
async function setsNewPassword(browser: Browser, pia: TestAccount): Promise<void> {
  const { page, context } = await newPerson(browser, "forgetful");
  const secret = { client_secret: "monkeys", email: ADDRESS, send_attempt: 1 };
  const { sid } = await ask("POST", "/account/3pid/email/requestToken", pia.accessToken, secret);
  await page.goto("/login");
  await confirmNextMail(page);
  const auth = {
    type: "m.login.password",
    identifier: { type: "m.id.user", user: pia.userId },
    password: PASSWORD,
  };
  await ask("POST", "/account/3pid/add", pia.accessToken, { sid, client_secret: "monkeys", auth });
  await page.getByRole("link", { name: "Forgot password" }).click();
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set new password" }).click();
  await page.getByLabel("E-mail address").fill(ADDRESS);
  await page.getByRole("button", { name: "Send the mail" }).click();
  await page.getByRole("button", { name: "I opened the link" }).waitFor();
  await confirmNextMail(page);
  await page.getByRole("button", { name: "I opened the link" }).click();
  await page.getByText("Your password has been changed. Sign in with it.").waitFor();
  if (!(await ask("GET", "/account/whoami", pia.accessToken)).errcode)
    throw new Error("the old token is good still");
  await context.close();
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("User name").fill(NAME);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await row(page, "Garden").waitFor();
}

/** In the page: the session that is shown. */
function activeSession(): Record<string, string> {
  const { active, sessions } = JSON.parse(localStorage.getItem("parlour.sessions") ?? "{}");
  return sessions.find((session: { userId: string }) => session.userId === active);
}

/** Tokens live for seconds here; nobody notices. */
async function outlivesTokens(page: Page, garden: string): Promise<void> {
  const first = (await page.evaluate(activeSession)).accessToken!;
  await until(
    "the first token has ended",
    async () => (await ask("GET", "/account/whoami", first)).errcode !== undefined,
  );
  await say(page, "Still here");
  await message(page, "Still here").waitFor();
  await until("it arrived", async () => {
    const { accessToken } = await page.evaluate(activeSession);
    const answer = await ask(
      "GET",
      `/rooms/${encodeURIComponent(garden)}/messages?dir=b&limit=1`,
      accessToken!,
    );
    return JSON.stringify(answer.chunk ?? []).includes("Still here");
  });
}

/** The browser's push service is played here; the server is told of it, and told when it ends. */
async function turnsPushOnAndOff(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const key = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM";
    const subscription = {
      toJSON: () => ({
        endpoint: "https://push.example.com/one",
        keys: { p256dh: key, auth: "AAAAAAAAAAAAAAAAAAAAAA" },
      }),
      unsubscribe: async () => true,
    };
    PushManager.prototype.subscribe = async () => subscription as unknown as PushSubscription;
    PushManager.prototype.getSubscription = async () => subscription as unknown as PushSubscription;
  });
  await page.goto("/settings/notifications");
  const wanted = page.getByRole("switch", { name: /closed/i }).first();
  await wanted.click();
  const pushers = async () => {
    const { accessToken } = await page.evaluate(activeSession);
    const answer = await ask("GET", "/pushers", accessToken!);
    return (answer.pushers ?? []) as { app_id: string; kind: string }[];
  };
  await until(
    "the server knows where to push",
    async () => (await pushers())[0]?.app_id === "dev.parlour.web",
  );
  await wanted.click();
  await until("the server pushes no more", async () => (await pushers()).length === 0);
}

/** What a server refuses for a while can be sent again, or thrown away. */
async function sendsLater(page: Page, garden: string): Promise<void> {
  const refuse = /\/send\/m\.room\.message\//;
  await page.routeWebSocket(/parlour\.websocket/, (socket) => void socket.close());
  await openRoom(page, garden);
  await page.route(refuse, (route) =>
    route.fulfill({ status: 403, json: { errcode: "M_FORBIDDEN", error: "Not now" } }),
  );
  await say(page, "Twice said");
  await message(page, "Twice said").getByRole("button", { name: "Send again" }).waitFor();
  await say(page, "Never said");
  await message(page, "Never said").getByRole("button", { name: "Discard" }).waitFor();
  await page.unroute(refuse);
  await message(page, "Twice said").getByRole("button", { name: "Send again" }).click();
  await message(page, "Twice said").getByRole("alert").waitFor({ state: "detached" });
  await message(page, "Never said").getByRole("button", { name: "Discard" }).click();
  await message(page, "Never said").waitFor({ state: "detached" });
}

/** A server that answers nonsense, is slow, or has forgotten where we were. */
async function outlivesServers({ page }: Person, garden: string): Promise<void> {
  const account = async () => {
    const { accessToken, userId, deviceId } = await page.evaluate(activeSession);
    return { accessToken: accessToken!, userId: userId!, deviceId: deviceId! };
  };
  await page.route(SYNC, (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway" }),
  );
  await page.getByText("No connection").first().waitFor();
  await page.unroute(SYNC);
  await tell(await account(), garden, "After the nonsense");
  await message(page, "After the nonsense").waitFor();

  let asked = 0;
  await page.route(SYNC, async (route) => {
    const isPlaced = new URL(route.request().url()).searchParams.has("since");
    if (!isPlaced || asked > 0) return route.continue();
    asked += 1;
    return route.fulfill({ status: 400, json: { errcode: "M_UNKNOWN_POS", error: "Where was that?" } });
  });
  await until("the server was asked from a place", async () => asked > 0);
  await tell(await account(), garden, "After it had forgotten");
  await message(page, "After it had forgotten").waitFor();
  await page.unroute(SYNC);
}

/** The server has ended the session, but not the device: it goes on with what is stored. */
async function goesOnSoftly(browser: Browser, garden: string): Promise<void> {
  const kim = await newPerson(browser, "kim");
  await signIn(kim.page, hasMails ? NEW_PASSWORD : PASSWORD);
  await openRoom(kim.page, garden);
  const before = await kim.page.evaluate(activeSession);
  const ended = { errcode: "M_UNKNOWN_TOKEN", error: "Ended", soft_logout: true };
  const all = /\/_matrix\/client\/(?!versions|v3\/login)/;
  await kim.page.routeWebSocket(/parlour\.websocket/, (socket) => void socket.close());
  await kim.page.route(all, (route) => route.fulfill({ status: 401, json: ended }));
  await kim.page.reload();
  await kim.page.getByRole("heading", { name: "Sign in again" }).waitFor();
  await kim.page.unroute(all);
  await kim.page.getByLabel("Password", { exact: true }).fill(hasMails ? NEW_PASSWORD : PASSWORD);
  await kim.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await row(kim.page, "Garden").waitFor();
  const after = await kim.page.evaluate(activeSession);
  if (after.deviceId !== before.deviceId) throw new Error("it is another device now");
  if (after.accessToken === before.accessToken) throw new Error("the token is the old one");
}
