/** Accounts made without the pages for it, for what comes after. */

import type { Person } from "./browser.ts";
import { SERVER } from "./browser.ts";

export const PASSWORD = "correct horse battery";

export interface TestAccount {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

type Body = Readonly<Record<string, unknown>>;

/** Ask the server something. */
export async function ask(method: string, path: string, token: string | null, body?: Body): Promise<Body> {
  return askAt(SERVER, method, path, token, body);
}

/** Ask another server something. */
export async function askAt(
  server: string,
  method: string,
  path: string,
  token: string | null,
  body?: Body,
): Promise<Body> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await (await fetch(`${server}/_matrix/client/v3${path}`, init)).json()) as Body;
}

/** Make an account with one device. */
export async function makeAccount(username: string, deviceName: string): Promise<TestAccount> {
  return makeAccountAt(SERVER, username, deviceName);
}

/** Make an account on another server. */
export async function makeAccountAt(
  server: string,
  username: string,
  deviceName: string,
): Promise<TestAccount> {
  const wanted = { username, password: PASSWORD, initial_device_display_name: deviceName };
  const first = await askAt(server, "POST", "/register", null, wanted);
  if (first.access_token) return accountOf(first);
  const auth = { type: "m.login.dummy", session: first.session };
  return accountOf(await askAt(server, "POST", "/register", null, { ...wanted, auth }));
}

/** Sign an account in on another device. */
export async function signInAgain(username: string, deviceName: string): Promise<TestAccount> {
  const identifier = { type: "m.id.user", user: username };
  const wanted = { type: "m.login.password", identifier, password: PASSWORD };
  return accountOf(await ask("POST", "/login", null, { ...wanted, initial_device_display_name: deviceName }));
}

/** Let somebody's browser be signed in from its first page on. */
export async function signPersonIn(
  person: Person,
  { userId, deviceId, accessToken }: TestAccount,
): Promise<void> {
  const session = { userId, deviceId, accessToken, homeserverUrl: SERVER };
  const stored = JSON.stringify({ active: userId, sessions: [session] });
  await person.context.addInitScript((text) => {
    if (localStorage.getItem("parlour.sessions") === null) localStorage.setItem("parlour.sessions", text);
  }, stored);
}

function accountOf(answer: Body): TestAccount {
  const { user_id: userId, device_id: deviceId, access_token: accessToken } = answer;
  if (typeof accessToken !== "string") throw new Error(`No account: ${JSON.stringify(answer)}`);
  return { userId: String(userId), deviceId: String(deviceId), accessToken };
}
