/**
 * Two people write to each other, in clear text and encrypted: every kind of message, answers, edits, reactions, a
 * thread, a poll, files, a voice message; without a network, and with a draft.
 */

import type { Locator, Page } from "playwright-core";
import { ask, makeAccount, PASSWORD, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, newPerson, type Person, withBrowser } from "../support/browser.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;
const ENCRYPTION = {
  type: "m.room.encryption",
  state_key: "",
  content: { algorithm: "m.megolm.v1.aes-sha2" },
};

await withBrowser(async (browser) => {
  const [adaAccount, benAccount] = [
    await makeAccount(`ada${RUN}`, "ada"),
    await makeAccount(`ben${RUN}`, "ben"),
  ];
  const rooms = [
    await newRoom(adaAccount, benAccount, "Hut", []),
    await newRoom(adaAccount, benAccount, "Cellar", [ENCRYPTION]),
  ];
  const ada = await newPerson(browser, "ada");
  const ben = await newPerson(browser, "ben");
  await signIn(ada, `ada${RUN}`);
  await signIn(ben, `ben${RUN}`);
  for (const roomId of rooms) {
    for (const { page } of [ada, ben]) await openRoom(page, roomId);
    await talk(ada.page, ben.page);
    await sendFiles(ada.page, ben.page);
    await poll(ada.page, ben.page);
    await thread(ada.page, ben.page);
    await removeMessage(ada.page, ben.page);
    if (isLooking) await lookAt(ada.page, roomId === rooms[0] ? "chat" : "chat-encrypted");
  }
  await keepsDraft(ada.page);
  await writesOffline(ada, ben.page);
  expectNoFaults(ada, ben);
});

async function newRoom(
  ada: TestAccount,
  ben: TestAccount,
  name: string,
  state: readonly object[],
): Promise<string> {
  const wanted = { name, preset: "private_chat", invite: [ben.userId], initial_state: state };
  const { room_id: roomId } = await ask("POST", "/createRoom", ada.accessToken, wanted);
  await ask("POST", `/join/${encodeURIComponent(String(roomId))}`, ben.accessToken, {});
  return String(roomId);
}

async function signIn({ page }: Person, name: string): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("/chat");
  await page.getByRole("button", { name: "Not now" }).click();
}

async function openRoom(page: Page, roomId: string): Promise<void> {
  await page.goto(`/chat/${encodeURIComponent(roomId)}`);
  await field(page).waitFor();
}

function field(page: Page): Locator {
  return page.locator('[data-area="room"] [data-area="composer"] textarea');
}

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

function message(page: Page, text: string): Locator {
  return page.locator('[data-area="room"] article', { hasText: text }).last();
}

async function talk(ada: Page, ben: Page): Promise<void> {
  await field(ada).pressSequentially("is the door");
  await ben
    .getByText(/is typing/)
    .first()
    .waitFor();
  await say(ada, "Is the **door** open? ||It never is||");
  await message(ben, "Is the door").locator("strong", { hasText: "door" }).waitFor();
  await message(ben, "Is the door").getByRole("button", { name: "Spoiler" }).click();
  await message(ben, "Is the door").getByText("It never is").waitFor();
  await message(ben, "Is the door").hover();
  await message(ben, "Is the door").getByRole("button", { name: "Reply", exact: true }).click();
  await say(ben, "Yes, since nyne");
  await message(ada, "since nyne")
    .getByRole("button", { name: /In reply to/ })
    .waitFor();
  await field(ben).press("ArrowUp");
  await ben.getByText("Editing").waitFor();
  await field(ben).fill("Yes, since nine");
  await field(ben).press("Enter");
  await message(ada, "since nine").getByText("(edited)").click();
  await ada.getByRole("dialog").getByText("since nyne").waitFor();
  await ada.keyboard.press("Escape");
  await message(ada, "since nine").hover();
  await message(ada, "since nine").getByRole("button", { name: "Add a reaction 👍" }).click();
  await message(ben, "since nine").locator("button[aria-pressed]", { hasText: "👍" }).click();
  await message(ada, "since nine").locator("button[aria-pressed]", { hasText: "2" }).waitFor();
  await mention(ada, ben);
}

async function mention(ada: Page, ben: Page): Promise<void> {
  await field(ada).pressSequentially("thanks @ben");
  await ada.getByRole("option").first().waitFor();
  await field(ada).press("Tab");
  await field(ada).pressSequentially(":tada");
  await ada.getByRole("option").first().waitFor();
  await field(ada).press("Enter");
  await field(ada).press("Enter");
  await message(ben, "🎉").getByRole("link", { name: /@ben/ }).waitFor();
  await say(ada, "/nonsense");
  await ada.getByText("There is no command /nonsense").waitFor();
  await say(ada, "/me locks the door");
  await message(ben, "locks the door").waitFor();
}

async function attach(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).first().click();
  await page.getByRole("menuitem", { name: /Files/ }).click();
  await (await chooser).setFiles({ name, mimeType, buffer });
}

async function sendFiles(ada: Page, ben: Page): Promise<void> {
  const drawing = await ada.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 240 });
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#2f6b5b";
    context.fillRect(20, 20, 200, 120);
    return canvas.toDataURL("image/png").split(",")[1]!;
  });
  await attach(ada, "door.png", "image/png", Buffer.from(drawing, "base64"));
  await say(ada, "The door");
  const picture = ben.getByRole("img", { name: "door.png" }).last();
  await picture.click();
  await ben.getByRole("button", { name: "Larger" }).click();
  await ben.keyboard.press("Escape");
  await attach(ada, "list.txt", "text/plain", Buffer.from("bread, lamps, ropes"));
  await field(ada).press("Enter");
  const saved = ben.waitForEvent("download");
  await message(ben, "list.txt").getByRole("button", { name: "Save …" }).click();
  if ((await saved).suggestedFilename() !== "list.txt") throw new Error("The file has another name.");
  await ada.getByRole("button", { name: "Record a voice message" }).click();
  await ada.getByText("Recording 0:02").waitFor();
  await ada.getByRole("button", { name: "Send", exact: true }).click();
  await ben
    .getByRole("group", { name: /Voice message/ })
    .last()
    .getByRole("button", { name: "Play" })
    .click();
  await ben
    .getByRole("group", { name: /Voice message/ })
    .last()
    .getByRole("button", { name: "Pause" })
    .waitFor();
}

async function poll(ada: Page, ben: Page): Promise<void> {
  await ada.getByRole("button", { name: "Attach files" }).first().click();
  await ada.getByRole("menuitem", { name: /Poll/ }).click();
  await ada.getByRole("dialog").getByLabel("Question").fill("Which day?");
  await ada.getByPlaceholder("Answer 1").fill("Friday");
  await ada.getByPlaceholder("Answer 2").fill("Saturday");
  await ada.getByRole("button", { name: "Ask", exact: true }).click();
  await ben
    .getByRole("radio", { name: /Friday/ })
    .last()
    .click();
  await ada.getByText("1 vote so far").last().waitFor();
  await ada.getByRole("button", { name: "End poll" }).last().click();
  await ben.getByText("Final result, 1 vote").last().waitFor();
}

async function thread(ada: Page, ben: Page): Promise<void> {
  await message(ada, "since nine").hover();
  await message(ada, "since nine").getByRole("button", { name: "Reply in a thread" }).click();
  const answer = ada.locator('aside [data-area="composer"] textarea');
  await answer.fill("Who opened it?");
  await answer.press("Enter");
  await message(ben, "since nine").getByText("1 reply").click();
  await ben.locator("aside article", { hasText: "Who opened it?" }).waitFor();
  for (const page of [ada, ben])
    await page.locator("aside").getByRole("button", { name: "Close" }).first().click();
}

async function removeMessage(ada: Page, ben: Page): Promise<void> {
  await say(ada, "said too much");
  await message(ben, "said too much").waitFor();
  await message(ada, "said too much").click({ button: "right" });
  await ada.getByRole("menuitem", { name: /Remove/ }).click();
  await ada.getByRole("button", { name: "Remove", exact: true }).click();
  await ben.getByText(`ada${RUN} removed this message`).last().waitFor();
}

async function keepsDraft(page: Page): Promise<void> {
  await field(page).fill("half a thought");
  await page.waitForFunction(() => JSON.stringify(localStorage).includes("half a thought"));
  await page.reload();
  await field(page).waitFor();
  if ((await field(page).inputValue()) !== "half a thought") throw new Error("The draft is gone.");
  await field(page).fill("");
}

async function writesOffline(ada: Person, ben: Page): Promise<void> {
  await ada.context.setOffline(true);
  await say(ada.page, "first, without a network");
  await say(ada.page, "second, without a network");
  await message(ada.page, "second, without").waitFor();
  await ada.context.setOffline(false);
  await message(ben, "second, without").waitFor({ timeout: 60_000 });
  const texts = await ben
    .locator('[data-area="room"] article', { hasText: "without a network" })
    .allInnerTexts();
  if (!texts[0]?.includes("first")) throw new Error("What was written first came second.");
}
