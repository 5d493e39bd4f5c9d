import { request } from "./api";
import type { Homeserver, SiteConfig } from "./discovery";
import { ApiError } from "./errors";
import { type Ask, withStages } from "./interactiveAuth";
import { sessionOf } from "./login";
import type { Session } from "./types";

/** Whether and how strangers get an account on a server. */
export interface RegistrationOptions {
  readonly isOpen: boolean;
  /** Through the server's own page alone. */
  readonly isOnItsPage: boolean;
  /** The stages are known to include an invitation code. */
  readonly needsToken: boolean;
}

export const MIN_PASSWORD = 8;

const REGISTER = "/_matrix/client/v3/register";
const AVAILABLE = "/_matrix/client/v3/register/available";
const NAME_WORDS: Readonly<Record<string, string>> = {
  M_USER_IN_USE: "user_in_use",
  M_EXCLUSIVE: "user_in_use",
  M_INVALID_USERNAME: "invalid_username",
};

/**
 * Find out whether strangers get accounts. The server of this page says so in `mode`; another is asked: an empty
 * request makes no account, and tells.
 */
export async function registrationOptions(
  homeserver: Homeserver,
  mode: SiteConfig["registration"] = "",
): Promise<RegistrationOptions> {
  const onItsPage = homeserver.hasOAuth && homeserver.oauth?.canRegister === true;
  if (mode) return { isOpen: mode !== "closed", isOnItsPage: false, needsToken: mode === "token" };
  try {
    await request(homeserver.url, "POST", REGISTER, { body: {} });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Too many have asked: nobody knows, so whoever wants to may try.
    if (error.word === "rate_limited") return { isOpen: true, isOnItsPage: false, needsToken: false };
    const flows = Array.isArray(error.body.flows);
    // Some check the (missing) password before they name the stages.
    const isOpen =
      flows || (error.status === 400 && /^M_(MISSING_PARAM|INVALID_PARAM|BAD_JSON)$/.test(error.errcode));
    const needsToken = flows && JSON.stringify(error.body.flows).includes("registration_token");
    return { isOpen: isOpen || onItsPage, isOnItsPage: onItsPage && !isOpen, needsToken };
  }
  return { isOpen: true, isOnItsPage: false, needsToken: false };
}

/** Return why nobody can be called so, as an error word; empty where the name is free. */
export async function userNameProblem(homeserverUrl: string, name: string): Promise<string> {
  try {
    await request(homeserverUrl, "GET", AVAILABLE, { query: { username: name } });
  } catch (error) {
    const word = error instanceof ApiError ? NAME_WORDS[error.errcode] : undefined;
    if (word === undefined) throw error;
    return word;
  }
  return "";
}

/** Make an account, through all stages that the server wants, and sign in to it. */
export async function registerAccount(
  homeserverUrl: string,
  userName: string,
  password: string,
  deviceName: string,
  ask: Ask,
): Promise<Session> {
  const askedAt = Date.now();
  const body = {
    username: userName,
    password,
    refresh_token: true,
    initial_device_display_name: deviceName,
  };
  const send = (auth: object | null) =>
    request(homeserverUrl, "POST", REGISTER, { body: auth === null ? body : { ...body, auth } });
  const answer = await withStages(homeserverUrl, "/register/email/requestToken", send, ask);
  return sessionOf(answer, homeserverUrl, askedAt);
}

/** Choose a new password for an account whose e-mail address can be proved. */
export async function resetPassword(
  homeserverUrl: string,
  password: string,
  signOutEverywhere: boolean,
  ask: Ask,
): Promise<void> {
  const body = { new_password: password, logout_devices: signOutEverywhere };
  const send = (auth: object | null) =>
    request(homeserverUrl, "POST", "/_matrix/client/v3/account/password", {
      body: auth === null ? body : { ...body, auth },
    });
  await withStages(homeserverUrl, "/account/password/email/requestToken", send, ask);
}
