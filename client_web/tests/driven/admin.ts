/**
 * An operator sets a new server up and does each task of the admin page, in a real browser on a real server.
 *
 * `PARLOUR_URL` is a server called localhost without accounts, `PARLOUR_ADMIN_TOKEN` the token that it printed.
 */

import type { Page } from "playwright-core";
import { expectNoFaults, look, newPerson, SERVER, withBrowser } from "../support/browser.ts";

const PASSWORD = "correct horse battery";
const token = process.env.PARLOUR_ADMIN_TOKEN ?? "";

await withBrowser(async (browser) => {
  const root = await newPerson(browser, "root");
  const { page } = root;
  await setUp(page);
  const names = await makePeople(page);
  const roomId = await makeContents();
  await lookAtPeople(page, names);
  await lookAfterRooms(page, roomId);
  await lookAfterMedia(page);
  await settleReports(page);
  await lookAfterServers(page);
  await lookAtPart(page, "work", "/admin/work");
  await findSetting(page);
  await lookAtPart(page, "overview", "/admin");
  expectNoFaults(root);
});

/** The first page: the admin, the checks in words, rooms for new people, an invite link with its code. */
async function setUp(page: Page): Promise<void> {
  await page.goto("/admin/welcome#token=wrong");
  await page.getByLabel("User name").fill("root");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await button(page, "Make the account").click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Token").fill(token);
  await look(page, "admin-welcome");
  await button(page, "Make the account").click();
  await heading(page, "Set up the server").waitFor();
  await page
    .getByText(/can make an account|keeps to itself/)
    .first()
    .waitFor();
  await page.getByLabel("Address of a room").fill("#lobby:localhost");
  await button(page, "Add").click();
  await page.getByText("There is no such room").waitFor();
  await look(page, "admin-setup");
  await button(page, "Make an invite link").click();
  await page.getByRole("img", { name: "Invite link as a code to scan" }).waitFor();
  await look(page, "admin-invite-link");
  await button(page, "Copy link").click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  if (!link.includes("/register#token=")) throw new Error(`No invite link was copied: ${link}`);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await go(page, "Invitations");
  await page.getByText("0 of 10").waitFor();
  await lookAtPart(page, "invitations", "/admin/invitations");
}

async function makePeople(page: Page): Promise<readonly string[]> {
  const names = ["alice", "bob", "carol"];
  for (const name of names) {
    await page.goto("/admin/people");
    await button(page, "New account").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("User name").fill(name);
    await dialog.getByLabel("Display name").fill(`${name[0]?.toUpperCase()}${name.slice(1)}`);
    await dialog.getByLabel("Password").fill(PASSWORD);
    if (name === "alice") await look(page, "admin-new-account");
    await button(page, "Make the account").click();
    await heading(page, `${name[0]?.toUpperCase()}${name.slice(1)}`).waitFor();
  }
  return names;
}

/** Rooms, messages, files and reports, made as people's own apps make them. */
async function makeContents(): Promise<string> {
  const [alice, bob] = [await logIn("alice"), await logIn("bob")];
  const created = { name: "Garden", preset: "public_chat", room_alias_name: "garden" };
  const roomId = String((await ask("POST", "/createRoom", alice, created)).room_id);
  await ask("POST", `/join/${encodeURIComponent(roomId)}`, bob, {});
  const path = `/rooms/${encodeURIComponent(roomId)}`;
  for (let at = 0; at < 5; at += 1) {
    await ask("PUT", `${path}/send/m.room.message/${at}`, alice, { msgtype: "m.text", body: `Hello ${at}` });
  }
  const spam = { msgtype: "m.text", body: "Buy watches" };
  const sent = await ask("PUT", `${path}/send/m.room.message/spam`, alice, spam);
  await ask("POST", `${path}/report/${encodeURIComponent(String(sent.event_id))}`, bob, { reason: "Spam" });
  await ask("POST", `${path}/report`, bob, { reason: "Nobody looks after it" });
  await ask("POST", `/users/${encodeURIComponent("@alice:localhost")}/report`, bob, { reason: "Spams" });
  const upload = `${SERVER}/_matrix/media/v3/upload?filename=garden.txt`;
  const headers = { Authorization: `Bearer ${alice}`, "Content-Type": "text/plain" };
  await fetch(upload, { method: "POST", headers, body: "A garden" });
  return roomId;
}

async function lookAtPeople(page: Page, names: readonly string[]): Promise<void> {
  await lookAtPart(page, "people", "/admin/people");
  await page.getByLabel("Search by name or id").fill("bob");
  await page.getByText("@alice:localhost").waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Bob/ }).click();
  await heading(page, "Bob").waitFor();
  await page.getByRole("switch", { name: "Read-only" }).click();
  await page.getByRole("main").getByText("Read-only").nth(1).waitFor();
  await page.getByRole("switch", { name: "Read-only" }).click();
  await button(page, "Reset password").click();
  await page.getByRole("dialog").getByLabel("Password").fill(`${PASSWORD} 2`);
  await page.getByRole("switch", { name: "Sign out everywhere" }).click();
  await look(page, "admin-new-password");
  await button(page, "Set the password").click();
  await page.getByText("The new password is set.").waitFor();
  await lookAtPart(page, "person", `/admin/people/${encodeURIComponent("@bob:localhost")}`);
  await page
    .getByRole("button", { name: /^Sign out of/ })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Signed in nowhere.").waitFor();
  await page.goto(`/admin/people/${encodeURIComponent(`@${names[2]}:localhost`)}`);
  await page.getByRole("switch", { name: "Runs this server" }).click();
  await page.getByRole("main").getByText("Admin", { exact: true }).waitFor();
  await page.getByRole("switch", { name: "Locked" }).click();
  await page.getByRole("main").getByText("Locked").nth(1).waitFor();
  await button(page, "Close account").click();
  await page.getByRole("dialog").getByRole("button", { name: "Close account" }).click();
  await page.getByRole("main").getByText("Closed", { exact: true }).waitFor();
}

async function lookAfterRooms(page: Page, roomId: string): Promise<void> {
  await lookAtPart(page, "rooms", "/admin/rooms");
  await page.getByLabel("Search by name, address or id").fill("nothing like it");
  await page.getByText("No room matches").waitFor();
  await page.getByLabel("Search by name, address or id").fill("gard");
  await page.getByRole("link", { name: /Garden/ }).click();
  await heading(page, "Garden").waitFor();
  await page.getByRole("link", { name: "@bob:localhost" }).waitFor();
  await lookAtPart(page, "room", `/admin/rooms/${encodeURIComponent(roomId)}`);
  await button(page, "Show the state").click();
  await page.getByLabel("Search by type or key").fill("m.room.name");
  await page.getByText("m.room.name", { exact: true }).click();
  await page.getByText('"Garden"').waitFor();
  await button(page, "Delete old messages").click();
  await page.getByLabel("Delete what is older than").fill("2030-01-01");
  await page.getByRole("switch", { name: "Those of our own people too" }).click();
  await look(page, "admin-delete-messages");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Deleting old messages of Garden").waitFor();
  await page.goto(`/admin/rooms/${encodeURIComponent(roomId)}`);
  await button(page, "Shut down").click();
  await look(page, "admin-shut-down");
  await page.getByRole("dialog").getByRole("button", { name: "Shut down" }).click();
  await page.getByText(`Shutting down`).waitFor();
}

async function lookAfterMedia(page: Page): Promise<void> {
  await lookAtPart(page, "media", "/admin/media");
  await choose(page, "Actions for garden.txt", "Quarantine");
  await page.getByText("Quarantined", { exact: true }).waitFor();
  await choose(page, "Actions for garden.txt", "Release");
  await page.getByText("Quarantined", { exact: true }).waitFor({ state: "detached" });
  await button(page, "Delete now what has had its time").click();
  await page.getByText("Begun.").waitFor();
  await choose(page, "Actions for garden.txt", "Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No files").first().waitFor();
}

async function settleReports(page: Page): Promise<void> {
  await lookAtPart(page, "reports", "/admin/reports");
  await page.getByText("Spam", { exact: true }).waitFor();
  for (const kind of ["Messages", "People", "Rooms"]) {
    await page.getByRole("tab", { name: kind }).click();
    await page.getByRole("tabpanel").getByRole("button", { name: "Settle" }).click();
    await page.getByText("Nothing has been reported").waitFor();
  }
}

async function lookAfterServers(page: Page): Promise<void> {
  await lookAtPart(page, "federation", "/admin/federation");
  await page.getByLabel("Name of a server").fill("127.0.0.1:1");
  await button(page, "Check").click();
  await page.getByText("127.0.0.1:1 cannot be reached").waitFor();
  await look(page, "admin-server-check");
}

async function findSetting(page: Page): Promise<void> {
  await lookAtPart(page, "configuration", "/admin/configuration");
  await page.getByLabel("Search by key or meaning").fill("auto_join");
  await page.getByText("auto_join_rooms").waitFor();
  await page.getByText("server_name", { exact: true }).waitFor({ state: "detached" });
}

/** Open a part of the page and look at it. */
async function lookAtPart(page: Page, name: string, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("status", { name: "Loading …" }).first().waitFor({ state: "detached" });
  await look(page, `admin-${name}`);
}

async function go(page: Page, part: string): Promise<void> {
  await page.getByRole("navigation", { name: "Administration" }).getByRole("link", { name: part }).click();
  await heading(page, part).waitFor();
}

async function choose(page: Page, menu: string, entry: string): Promise<void> {
  await button(page, menu).click();
  await page.getByRole("menuitem", { name: entry }).click();
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

function heading(page: Page, name: string) {
  return page.getByRole("heading", { level: 1, name, exact: true });
}

async function logIn(user: string): Promise<string> {
  const identifier = { type: "m.id.user", user };
  const body = { type: "m.login.password", identifier, password: PASSWORD };
  return String((await ask("POST", "/login", "", body)).access_token);
}

async function ask(
  method: string,
  path: string,
  accessToken: string,
  body: object,
): Promise<Record<string, unknown>> {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${accessToken}` };
  const url = `${SERVER}/_matrix/client/v3${path}`;
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
