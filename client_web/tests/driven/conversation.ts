/**
 * Two people in two browsers chat in an encrypted room: every kind of message, replies, edits, reactions, a thread, a
 * picture, a poll, a voice message, a pin, a removal, search; and one of them leaves.
 */

import type { Locator, Page } from "playwright-core";
import { ask, makeAccount, signPersonIn, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, withBrowser } from "../support/browser.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const suffix = process.env.PARLOUR_SUFFIX ?? String(Date.now() % 1_000_000);
const ROOM = "Mountain hut";

await withBrowser(async (browser) => {
  const [one, two] = await Promise.all(["erin", "carol"].map((name) => newPerson(browser, name)));
  if (!one || !two) throw new Error("no browsers");
  const erin = await makeAccount(`erin${suffix}`, "Parlour on Firefox");
  const carol = await makeAccount(`carol${suffix}`, "Parlour on Chromium");
  await named(erin, "Erin");
  await named(carol, "Carol");
  await signPersonIn(one, erin);
  await signPersonIn(two, carol);
  await createRoom(one.page, carol);
  await accept(two.page);
  for (const page of [one.page, two.page]) await page.getByRole("textbox", { name: /^Message/ }).waitFor();

  await say(one.page, "The view from the hut this **morning**, with `code` and ||a secret||");
  await two.page.getByText("The view from the hut").last().waitFor();
  await two.page.getByRole("log").locator("code").first().waitFor();
  await reply(two.page, "The view from the hut", "Lovely, really");
  await one.page.getByText("Lovely, really").last().waitFor();
  await react(one.page, "Lovely, really");
  await two.page.getByRole("log").getByRole("button", { name: /👍/ }).first().waitFor();
  await say(one.page, "Seven of us come");
  await two.page.getByText("Seven of us come").last().waitFor();
  await editLast(one.page, "Eight of us come");
  await two.page.getByText("Eight of us come").last().waitFor();
  await two.page.getByText("(edited)").first().waitFor();

  await upload(one.page);
  await two.page
    .getByRole("button", { name: /hut\.png/ })
    .first()
    .waitFor();
  await thread(two.page, "Eight of us come", "Who brings the bread?");
  await one.page.getByText("1 reply").first().waitFor();
  await poll(one.page, two.page);
  await recordVoice(two.page, one.page);
  await emoji(two.page);
  await one.page.getByText("😀").first().waitFor();
  await pin(one.page, "Lovely, really");
  if (isLooking) await lookAt(one.page, "conversation");

  await remove(one.page, "Eight of us come");
  await find(two.page, "view from the hut");
  await leave(two.page);
  await one.page
    .getByText(/Carol left/)
    .first()
    .waitFor();
  expectNoFaults(one, two);
});

async function named(account: TestAccount, name: string): Promise<void> {
  await ask("PUT", `/profile/${encodeURIComponent(account.userId)}/displayname`, account.accessToken, {
    displayname: name,
  });
}

/** By the dialog, with its default: encrypted; and invite somebody by their name. */
async function createRoom(page: Page, invited: TestAccount): Promise<void> {
  await page.goto("/chat");
  await later(page);
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("menuitem", { name: /^New room/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(ROOM);
  await dialog.getByRole("button", { name: /^Create/ }).click();
  await page.getByRole("textbox", { name: /^Message/ }).waitFor();
  await page.getByRole("textbox", { name: /^Message/ }).fill(`/invite ${invited.userId}`);
  await page.keyboard.press("Enter");
}

async function accept(page: Page): Promise<void> {
  await page.goto("/chat");
  await later(page);
  await page.getByRole("link", { name: new RegExp(ROOM) }).click();
  await page
    .getByRole("button", { name: /^(Accept|Join)/ })
    .first()
    .click();
}

async function later(page: Page): Promise<void> {
  const offer = page.getByRole("button", { name: "Not now" });
  await offer.waitFor();
  await offer.click();
}

async function say(page: Page, text: string, area: Page | Locator = page): Promise<void> {
  const composer = area.getByRole("textbox", { name: /^(Message|Reply in)/ }).last();
  await composer.fill(text);
  await composer.press("Enter");
}

function message(page: Page, text: string): Locator {
  return page
    .getByRole("log")
    .first()
    .getByRole("article", { name: new RegExp(`: .*${text}`) })
    .last();
}

/** Point at a message, and press what its bar offers. */
async function press(page: Page, text: string, name: string): Promise<void> {
  await message(page, text).hover();
  const bar = message(page, text).getByRole("toolbar", { name: "More" });
  await bar.getByRole("button", { name, exact: true }).click();
}

async function choose(page: Page, text: string, name: string): Promise<void> {
  await press(page, text, "More");
  await page.getByRole("menuitem", { name }).click();
}

async function reply(page: Page, to: string, text: string): Promise<void> {
  await press(page, to, "Reply");
  await say(page, text);
}

async function react(page: Page, to: string): Promise<void> {
  await press(page, to, "Add a reaction 👍");
}

async function editLast(page: Page, after: string): Promise<void> {
  const composer = page.getByRole("textbox", { name: /^Message/ });
  await composer.press("ArrowUp");
  await page.getByText("Editing", { exact: false }).first().waitFor();
  await composer.fill(after);
  await composer.press("Enter");
}

async function upload(page: Page): Promise<void> {
  const png = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 400);
    const brush = canvas.getContext("2d");
    if (brush === null) throw new Error("nothing to draw on");
    brush.fillStyle = "#f0c8a0";
    brush.fillRect(0, 0, 640, 400);
    brush.fillStyle = "#4a6f66";
    brush.fillRect(0, 260, 640, 140);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  const file = { name: "hut.png", mimeType: "image/png", buffer: Buffer.from(png) };
  await page.locator('input[type="file"]').first().setInputFiles(file);
  if (isLooking) await lookAt(page, "upload");
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

async function thread(page: Page, root: string, text: string): Promise<void> {
  await press(page, root, "Reply in a thread");
  const panel = page.getByRole("complementary").last();
  await panel.getByRole("textbox").fill(text);
  await panel.getByRole("textbox").press("Enter");
  await panel.getByText(text).first().waitFor();
  await page.getByRole("button", { name: "Close" }).last().click();
}

async function poll(asking: Page, answering: Page): Promise<void> {
  await asking.getByRole("button", { name: "Attach files" }).click();
  await asking.getByRole("menuitem", { name: "Poll …" }).click();
  await asking.getByLabel("Question").fill("When do we start?");
  await asking.getByLabel("Answer 1").fill("At six");
  await asking.getByLabel("Answer 2").fill("At nine");
  await asking.getByRole("button", { name: "Ask", exact: true }).click();
  await answering.getByText("At nine").first().click();
  await asking
    .getByText(/1 vote/)
    .first()
    .waitFor();
}

async function recordVoice(from: Page, to: Page): Promise<void> {
  await from.getByRole("button", { name: "Record a voice message" }).click();
  await from.getByText("0:01").first().waitFor();
  await from.getByRole("button", { name: "Send", exact: true }).click();
  await to.getByRole("group", { name: /0:0\d/ }).first().waitFor();
}

async function emoji(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("searchbox").last().fill("grinning face");
  await page
    .getByRole("button", { name: /grinning face/i })
    .first()
    .click();
  await page.keyboard.press("Escape");
  const composer = page.getByRole("textbox", { name: /^Message/ });
  await composer.press("Enter");
}

async function pin(page: Page, text: string): Promise<void> {
  await choose(page, text, "Pin");
  await page
    .getByText(/pinned/i)
    .first()
    .waitFor();
}

async function remove(page: Page, text: string): Promise<void> {
  await choose(page, text, "Remove …");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await message(page, text).waitFor({ state: "detached" });
}

/** The server knows nothing of what is said here: what is found was read by this browser. */
async function find(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+f");
  await page.getByRole("searchbox", { name: /^Search/ }).fill(words);
  await page.keyboard.press("Enter");
  await page
    .getByRole("complementary")
    .last()
    .getByText(/view from the hut/i)
    .first()
    .waitFor();
}

async function leave(page: Page): Promise<void> {
  await say(page, "/leave ");
  const sure = page.getByRole("dialog").getByRole("button", { name: /^Leave/ });
  if (await sure.isVisible().catch(() => false)) await sure.click();
}
