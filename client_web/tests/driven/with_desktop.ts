/**
 * Somebody in a browser, who chats with somebody at the desktop client. What happens when, `tests/web/test_with_desktop.py`
 * tells over the input; it is at the desktop at the same time.
 */

import type { Locator, Page } from "playwright-core";
import { makeAccount, PASSWORD } from "../support/accounts.ts";
import { expectNoFaults, newPerson, type Person, picture, withBrowser } from "../support/browser.ts";
import { obey } from "../support/obey.ts";

await withBrowser(async (browser) => {
  const person = await newPerson(browser, "web");
  const { page } = person;
  await obey({
    ...arriving(person),
    ...verifying(page),
    ...writing(page),
    ...seeing(page),
    ...watching(page),
  });
});

function arriving(person: Person) {
  const { page } = person;
  return {
    /** Sign in to a new account, and set recovery up, which is offered by itself. */
    async arrive({ name }: { readonly name: string }) {
      const { userId } = await makeAccount(name, "Parlour on another device");
      await page.goto("/login");
      await page.getByLabel("User name").fill(name);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await button(page, "Sign in").click();
      await button(page, "Make my recovery key").click();
      await page.getByRole("checkbox", { name: "I have kept my recovery key" }).click();
      await button(page, "Continue").click();
      await button(page, "Done").click();
      return { userId };
    },

    /** Accept the one invitation there is. */
    async joinWherever() {
      await page.getByRole("link", { name: /invites you/ }).click();
      await button(page, "Accept").click();
      await field(page).waitFor();
    },

    async openRoom({ name }: { readonly name: string }) {
      await page.getByRole("link", { name }).click();
      await page.getByRole("textbox", { name: `Message ${name}, encrypted` }).waitFor();
    },

    async keepPicture({ name }: { readonly name: string }) {
      await picture(page, name);
    },

    async expectNoFaults() {
      expectNoFaults(person);
    },
  };
}

function verifying(page: Page) {
  return {
    /** Agree to what somebody asks for; the question comes by itself. */
    async acceptRequest({ userId }: { readonly userId: string }) {
      await page.getByRole("heading", { name: `${localpart(userId)} wants to verify with you` }).waitFor();
      await button(page, "Start").click();
    },

    /** Wait until the other side has chosen to compare emoji. */
    async follow() {
      await page.getByRole("heading", { name: "Do these match?" }).waitFor();
    },

    async emoji() {
      const shown = page.getByTestId("sas").locator("li");
      await shown.first().waitFor();
      const names = await shown.evaluateAll((items) =>
        items.map((item) => item.lastChild?.textContent ?? ""),
      );
      return { names };
    },

    async confirm() {
      await button(page, "They match").click();
    },

    async outcome() {
      await page.getByRole("heading", { name: "Verified", exact: true }).waitFor();
      await button(page, "Done").click();
      return { result: "done" };
    },

    /** Look at somebody's card, by their name above a message. */
    async seesVerified({ userId }: { readonly userId: string }) {
      await room(page)
        .getByRole("button", { name: localpart(userId), exact: true })
        .first()
        .click();
      await panel(page).getByText("Verified", { exact: true }).waitFor();
      await closePanel(page);
    },
  };
}

interface About {
  /** Of the message that it is about. */
  readonly message: string;
  readonly text: string;
}

function writing(page: Page) {
  return {
    async say({ text }: { readonly text: string }) {
      await say(page, text);
    },

    /** Begin to write, and leave it at that. */
    async begin({ text }: { readonly text: string }) {
      await field(page).pressSequentially(text);
    },

    async reply({ message, text }: About) {
      await press(page, message, "Reply");
      await say(page, text);
    },

    async edit({ message, text }: About) {
      await press(page, message, "Edit");
      await page.getByText("Editing").waitFor();
      await say(page, text);
    },

    async react({ message, text }: About) {
      await press(page, message, `Add a reaction ${text}`);
    },

    /** Write in the thread that is open. */
    async sayInThread({ text }: { readonly text: string }) {
      const answer = panel(page).locator('[data-area="composer"] textarea');
      await answer.fill(text);
      await answer.press("Enter");
    },

    async sendPicture({ path }: { readonly path: string }) {
      const chooser = page.waitForEvent("filechooser");
      await button(page, "Attach files").first().click();
      await page.getByRole("menuitem", { name: /Files/ }).click();
      await (await chooser).setFiles(path);
      await field(page).press("Enter");
    },
  };
}

function seeing(page: Page) {
  return {
    async reads({ text }: { readonly text: string }) {
      await message(page, text).waitFor();
    },

    async readsTyping({ userId }: { readonly userId: string }) {
      await page
        .getByText(`${localpart(userId)} is typing`)
        .last()
        .waitFor();
    },

    async readsReply({ message: quoted, text }: About) {
      await message(page, text)
        .locator(`button[aria-label^="In reply to"][aria-label$=${JSON.stringify(`: ${quoted}`)}]`)
        .waitFor();
    },

    async readsEdited({ text }: { readonly text: string }) {
      await message(page, text).getByText("(edited)").waitFor();
    },

    async seesReaction({ message: to, text }: About) {
      await message(page, to).locator("button[aria-pressed]", { hasText: text }).waitFor();
    },

    async seesReader({ message: read, userId }: { readonly message: string; readonly userId: string }) {
      await message(page, read)
        .getByRole("img", { name: `Read by ${localpart(userId)}` })
        .waitFor();
    },

    /** Open the thread that begins at a message, and read an answer in it. */
    async readsInThread({ message: root, text }: About) {
      await message(page, root).getByText("1 reply").click();
      await panel(page).locator("article", { hasText: text }).waitFor();
    },

    async closeThread() {
      await closePanel(page);
    },

    /** Wait until a picture is drawn; return its width and height. */
    async seesPicture({ name }: { readonly name: string }) {
      const image = room(page).getByRole("img", { name, exact: true }).last();
      await image.waitFor();
      return await image.evaluate(async (shown: HTMLImageElement) => {
        await shown.decode();
        return [shown.naturalWidth, shown.naturalHeight];
      });
    },

    /** Nothing offers to go to the newest message where it is in sight. */
    async seesNewest() {
      await room(page)
        .getByRole("button", { name: /^Newest$|new message/ })
        .waitFor({ state: "detached" });
    },

    /** What is said against the encryption of messages; its words are sentences. */
    async shields() {
      return await room(page)
        .locator("article")
        .getByRole("img", { name: /\.$/ })
        .evaluateAll((marks) => marks.map((mark) => mark.ariaLabel));
    },
  };
}

/** What is to be seen of a server that comes and goes. */
interface Seen {
  /** The words of dialogs and alerts, whoever opened them. */
  alarms: string[];
  /** For how many milliseconds each time it was said that there is no connection. */
  offline: number[];
}

function watching(page: Page) {
  return {
    /** Note from now on, until `seen`, all dialogs and alerts, and how long there was no connection. */
    async watch() {
      await page.evaluate(() => {
        const seen: Seen = { alarms: [], offline: [] };
        let since: number | null = null;
        const look = (): void => {
          for (const alarm of document.querySelectorAll(
            '[role="dialog"], [role="alertdialog"], [role="alert"]',
          )) {
            const words = alarm.textContent ?? "";
            if (words !== "" && !seen.alarms.includes(words)) seen.alarms.push(words);
          }
          const isOffline = [...document.querySelectorAll('[role="status"]')].some((line) =>
            line.textContent?.includes("No connection"),
          );
          if (isOffline) since ??= performance.now();
          else if (since !== null) {
            seen.offline.push(performance.now() - since);
            since = null;
          }
        };
        new MutationObserver(look).observe(document.body, {
          childList: true,
          subtree: true,
          characterData: true,
        });
        Object.assign(globalThis, { seen });
      });
    },

    async seen() {
      return await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
    },

    /** Wait until there is a connection again. */
    async isConnected() {
      await page.getByText("No connection").waitFor({ state: "detached" });
    },

    /** Wait for a message, however long the server is away; return how often it is there. */
    async count({ text }: { readonly text: string }) {
      await message(page, text).waitFor({ timeout: 0 });
      return await room(page)
        .locator(`article[aria-label$=${JSON.stringify(`: ${text}`)}]`)
        .count();
    },

    /** The labels of the messages that are there, the oldest first: who wrote what. */
    async written() {
      return await room(page)
        .locator("article")
        .evaluateAll((articles) => articles.map((article) => article.ariaLabel));
    },
  };
}

function room(page: Page): Locator {
  return page.locator('[data-area="room"]');
}

function panel(page: Page): Locator {
  return page.locator('[data-area="panel"]');
}

async function closePanel(page: Page): Promise<void> {
  await panel(page).getByRole("button", { name: "Close" }).first().click();
  await panel(page).waitFor({ state: "detached" });
}

function field(page: Page): Locator {
  return room(page).locator('[data-area="composer"] textarea');
}

function message(page: Page, text: string): Locator {
  return room(page)
    .locator(`article[aria-label$=${JSON.stringify(`: ${text}`)}]`)
    .last();
}

/** Point at a message, and press what its bar offers. */
async function press(page: Page, text: string, name: string): Promise<void> {
  await message(page, text).hover();
  await message(page, text).getByRole("toolbar").getByRole("button", { name, exact: true }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

/** What people are called who have no other name. */
function localpart(userId: string): string {
  return userId.slice(1).split(":", 1)[0] ?? "";
}
