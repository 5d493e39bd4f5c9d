/**
 * Somebody puts their rooms in order: finds them by a few letters, drags, mutes and marks them, gathers them in spaces,
 * looks for others in the directory, and changes everything that a room's settings change.
 */

import type { Locator, Page } from "playwright-core";
import { ask, makeAccount, type TestAccount } from "../support/accounts.ts";
import { expectNoFaults, lookAt, withBrowser } from "../support/browser.ts";
import { arrive, chooseFrom, chooseInHeader, field, openRoom, roomOf, row, until } from "../support/steps.ts";

const isLooking = process.env.PARLOUR_PICTURES !== undefined;
const RUN = Date.now() % 1_000_000;
const HOUR_MS = 3_600_000;

await withBrowser(async (browser) => {
  const gus = await makeAccount(`gus${RUN}`, "Parlour on Firefox");
  const hana = await makeAccount(`hana${RUN}`, "Parlour on Chromium");
  const garden = await roomOf(gus, [], { name: "Garden" });
  const shed = await roomOf(gus, [hana], { name: "Shed", room_version: "11" });
  await roomOf(gus, [], { name: "Greenhouse" });
  await roomOf(hana, [], { name: `Market ${RUN}`, preset: "public_chat", visibility: "public" });
  const person = await arrive(browser, gus, "gus");
  const { page } = person;
  await row(page, "Garden").waitFor();
  await filters(page);
  await switches(page, shed);
  await drags(page);
  await marks(page);
  await mutes(page, gus, garden);
  await gathers(page);
  await explores(page);
  await openRoom(page, shed);
  await changesSettings(page, gus, shed);
  await givesRights(page, gus, shed, hana.userId);
  await addresses(page, gus, shed);
  await upgrades(page, gus, shed);
  expectNoFaults(person);
});

/** The field above the list leaves what fits; Return opens the first. */
async function filters(page: Page): Promise<void> {
  const find = page.getByRole("searchbox", { name: "Jump to …" });
  await find.fill("gard");
  await row(page, "Shed").waitFor({ state: "detached" });
  await row(page, "Garden").waitFor();
  await find.fill("no such room");
  await page.getByText("Nothing fits").waitFor();
  await find.press("Escape");
  await row(page, "Shed").waitFor();
  await find.fill("green");
  await find.press("Enter");
  await page.getByRole("textbox", { name: /^Message Greenhouse/ }).waitFor();
}

async function switches(page: Page, shed: string): Promise<void> {
  await page.keyboard.press("Control+k");
  const find = page.getByRole("combobox", { name: "Jump to a room or person" });
  await find.fill("she");
  await page.getByRole("option", { name: /Shed/ }).waitFor();
  await find.press("Enter");
  await page.waitForURL(`**/chat/${encodeURIComponent(shed)}`);
  await page.getByRole("textbox", { name: /^Message Shed/ }).waitFor();
}

/** Among the favourites, and back. */
async function drags(page: Page): Promise<void> {
  await chooseFrom(page, row(page, "Shed"), "Add to favourites");
  const favourites = page.getByRole("button", { name: "Favourites" });
  await favourites.waitFor();
  await row(page, "Garden").dragTo(favourites);
  await below(page, "Garden", "Favourites");
  await row(page, "Garden").dragTo(page.getByRole("button", { name: "Rooms", exact: true }));
  await below(page, "Garden", "Rooms");
}

/** Wait until the nearest heading above a room is the one with this name. */
async function below(page: Page, room: string, heading: string): Promise<void> {
  await page.waitForFunction(
    ([wanted, name]) => {
      const rows = [...document.querySelectorAll('[data-area="list"] [data-row]')].sort(
        (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
      );
      const place = rows.findIndex(
        (each) => each.matches("[data-room]") && each.textContent?.includes(wanted!),
      );
      const above = rows.slice(0, Math.max(0, place)).filter((each) => each.matches("[aria-expanded]"));
      return above.at(-1)?.textContent?.startsWith(name!) === true;
    },
    [room, heading],
  );
}

async function marks(page: Page): Promise<void> {
  await chooseFrom(page, row(page, "Garden"), "Mark as unread");
  await row(page, "Garden").getByText("Unread").waitFor();
  await chooseFrom(page, row(page, "Garden"), "Mark as read");
  await row(page, "Garden").getByText("Unread").waitFor({ state: "detached" });
}

/** For an hour; when it is over, the room is heard again, by whichever device starts first. */
async function mutes(page: Page, gus: TestAccount, garden: string): Promise<void> {
  await chooseFrom(page, row(page, "Garden"), "Mute", "For 1 hour");
  const data = `/user/${encodeURIComponent(gus.userId)}/rooms/${encodeURIComponent(garden)}/account_data/io.parlour.mute`;
  const rule = `/pushrules/global/override/${encodeURIComponent(garden)}`;
  const end = async () => Number((await ask("GET", data, gus.accessToken)).until_ms ?? 0);
  await until("muted for an hour", async () => Math.abs((await end()) - Date.now() - HOUR_MS) < HOUR_MS / 2);
  if ((await ask("GET", rule, gus.accessToken)).enabled !== true) throw new Error("there is no push rule");
  await ask("PUT", data, gus.accessToken, { until_ms: Date.now() - 1 });
  await page.reload();
  await until("heard again", async () => (await ask("GET", rule, gus.accessToken)).errcode === "M_NOT_FOUND");
}

/** A space with rooms and a space inside; what is put in can be taken out. */
async function gathers(page: Page): Promise<void> {
  await makeSpace(page, "Village");
  const rail = page.getByRole("navigation", { name: "Spaces" });
  await rail.getByRole("button", { name: "Village" }).waitFor();
  await makeSpace(page, "Allotments");
  await addRooms(page, "Allotments", "Garden", "Greenhouse");
  await row(page, "Garden").waitFor();
  await row(page, "Shed").waitFor({ state: "detached" });
  await rail.getByRole("button", { name: "Village" }).click();
  await addRooms(page, "Village", "Allotments");
  await row(page, "Garden").waitFor();
  const inner = rail.getByRole("button", { name: "Allotments" });
  await inner.click();
  await page.getByRole("heading", { name: "Allotments" }).waitFor();
  if (isLooking) await lookAt(page, "spaces");
  await inner.click();
  const home = page.getByRole("dialog");
  await home.getByRole("button", { name: "More: Greenhouse" }).click();
  await page.getByRole("menuitem", { name: "Remove from space" }).click();
  await home.getByRole("heading", { name: "Greenhouse" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await row(page, "Greenhouse").waitFor({ state: "detached" });
  await rail.getByRole("button", { name: "Home" }).click();
  await row(page, "Greenhouse").waitFor();
}

async function makeSpace(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "New space" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Create space" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** By the home of a space, which a second click on it opens. */
async function addRooms(page: Page, space: string, ...names: readonly string[]): Promise<void> {
  await page.getByRole("heading", { name: space }).first().waitFor();
  await page.getByRole("navigation", { name: "Spaces" }).getByRole("button", { name: space }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Add rooms" }).click();
  for (const name of names) await page.getByRole("checkbox", { name }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("dialog").getByRole("heading", { name: names[0]! }).waitFor();
  await page.keyboard.press("Escape");
}

async function explores(page: Page): Promise<void> {
  await page.keyboard.press("Alt+o");
  const dialog = page.getByRole("dialog", { name: "Explore rooms" });
  await dialog.getByRole("searchbox").fill(`market ${RUN}`);
  await dialog.getByRole("heading", { name: `Market ${RUN}` }).waitFor();
  await dialog.getByRole("button", { name: "Join", exact: true }).click();
  await page.getByRole("textbox", { name: /^Message Market/ }).waitFor();
}

async function settings(page: Page, name: string): Promise<Locator> {
  const sheet = page.getByRole("dialog", { name: /^(Shed|Toolshed)$/ });
  if (!(await sheet.isVisible())) await chooseInHeader(page, "Settings");
  await sheet.getByRole("tab", { name }).click();
  return sheet.getByRole("tabpanel", { name });
}

async function stateOf(account: TestAccount, roomId: string, type: string) {
  return ask("GET", `/rooms/${encodeURIComponent(roomId)}/state/${type}/`, account.accessToken);
}

async function changesSettings(page: Page, gus: TestAccount, shed: string): Promise<void> {
  const says = (type: string, name: string, value: string) =>
    until(`${type} says ${value}`, async () => (await stateOf(gus, shed, type))[name] === value);
  const general = await settings(page, "General");
  await general.getByLabel("Name", { exact: true }).fill("Toolshed");
  await general.getByLabel("Name", { exact: true }).press("Enter");
  await says("m.room.name", "name", "Toolshed");
  await general.getByLabel("Topic").fill("Who has the ladder?");
  await general.getByRole("button", { name: "Save" }).click();
  await says("m.room.topic", "topic", "Who has the ladder?");
  await general.locator("input[type=file]").setInputFiles({
    name: "shed.png",
    mimeType: "image/png",
    buffer: Buffer.from(await paint(page), "base64"),
  });
  await until("a picture", async () =>
    String((await stateOf(gus, shed, "m.room.avatar")).url).startsWith("mxc:"),
  );
  const access = await settings(page, "Access");
  await access.getByRole("radio", { name: "Members, since they joined" }).click();
  await says("m.room.history_visibility", "history_visibility", "joined");
  await access.getByRole("radio", { name: "Invited people, others may ask" }).click();
  await says("m.room.join_rules", "join_rule", "knock");
  await access.getByRole("button", { name: "Turn on encryption" }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: "Turn on encryption" }).click();
  await access.getByText("Messages in this room are encrypted.").waitFor();
  if (isLooking) await lookAt(page, "room-settings-access");
}

/** In the page: a small picture, as base64. */
async function paint(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
    canvas.getContext("2d")!.fillRect(8, 8, 40, 40);
    return canvas.toDataURL("image/png").split(",")[1]!;
  });
}

/** Which role is needed for what, and a level of one's own choice for somebody. */
async function givesRights(page: Page, gus: TestAccount, shed: string, hana: string): Promise<void> {
  const levels = async () => (await stateOf(gus, shed, "m.room.power_levels")) as Record<string, never>;
  const permissions = await settings(page, "Permissions");
  await permissions.getByRole("combobox", { name: /^Invite people/ }).click();
  await page.getByRole("option", { name: "Moderator" }).click();
  await until("moderators invite", async () => (await levels()).invite === 50);
  await page.getByRole("dialog").getByRole("tab", { name: "Members" }).click();
  await page
    .getByRole("tabpanel", { name: "Members" })
    .getByRole("button", { name: new RegExp(hana) })
    .first()
    .click();
  const card = page.getByRole("dialog").last();
  await card.getByRole("combobox", { name: "Role in this room" }).click();
  await page.getByRole("option", { name: "Other level …" }).click();
  await page.getByLabel("Level", { exact: true }).fill("33");
  await page.getByRole("button", { name: "Set level" }).click();
  await until("her level is 33", async () => (await levels()).users?.[hana] === 33);
  await page.keyboard.press("Escape");
}

async function addresses(page: Page, gus: TestAccount, shed: string): Promise<void> {
  const main = async () => (await stateOf(gus, shed, "m.room.canonical_alias")).alias;
  const alias = `#toolshed${RUN}:localhost`;
  const panel = await settings(page, "Addresses");
  await panel.getByLabel("Add address").fill(`toolshed${RUN}`);
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await panel.getByText(alias, { exact: true }).waitFor();
  await panel.getByRole("button", { name: "Make main" }).click();
  await until("it is the main address", async () => (await main()) === alias);
  await panel.getByRole("button", { name: `Remove: ${alias}` }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: "Remove", exact: true }).click();
  await until("it has none", async () => (await main()) === undefined);
}

/** Another room goes on, which the old one leads to. */
async function upgrades(page: Page, gus: TestAccount, shed: string): Promise<void> {
  const advanced = await settings(page, "Advanced");
  await advanced.getByRole("button", { name: "Upgrade room" }).click();
  await page
    .getByRole("dialog", { name: "Upgrade this room?" })
    .getByRole("button", { name: "Upgrade room" })
    .click();
  await page.waitForURL(
    (url) => url.pathname.startsWith("/chat/") && !url.pathname.includes(encodeURIComponent(shed)),
  );
  await field(page).waitFor();
  const successor = String((await stateOf(gus, shed, "m.room.tombstone")).replacement_room);
  if (!page.url().includes(encodeURIComponent(successor))) throw new Error("that is not the new room");
  await page.goto(`/chat/${encodeURIComponent(shed)}`);
  await page.getByRole("button", { name: "Go there" }).click();
  await page.waitForURL(`**/chat/${encodeURIComponent(successor)}`);
}
