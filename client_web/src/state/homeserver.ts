import { discover, type Homeserver, lookAt, type SiteConfig, siteConfig } from "../matrix/discovery";
import { NotAllowed } from "../matrix/errors";
import { type RegistrationOptions, registrationOptions } from "../matrix/register";
import { MutableValue, type Value } from "../matrix/value";

/** The server that somebody is about to sign in to, or to make an account on. */
export interface ServerChoice {
  /** What the server of this page says; null until it has answered, or where it says nothing. */
  readonly site: SiteConfig | null;
  readonly homeserver: Homeserver | null;
  /** Null until it is known. */
  readonly registration: RegistrationOptions | null;
  /** The server of this page is being asked. */
  readonly isLooking: boolean;
  /** Why the server of this page cannot be used. */
  readonly problem: unknown;
}

const NONE: ServerChoice = {
  site: null,
  homeserver: null,
  registration: null,
  isLooking: true,
  problem: null,
};

const choice = new MutableValue<ServerChoice>(NONE);

/** What is chosen; the pages that lead in share it. */
export const serverChoice: Value<ServerChoice> = choice;

let looking: Promise<void> | null = null;

/** Ask the server of this page; once, whoever wants to know. */
export function lookAtSite(): Promise<void> {
  looking ??= look();
  return looking;
}

/** Ask again, after it did not answer. */
export function lookAgain(): Promise<void> {
  looking = null;
  choice.set(NONE);
  return lookAtSite();
}

/** Choose a server by what was typed. Raises ClientError: it is not there, or may not be used from here. */
export async function chooseServer(typed: string): Promise<Homeserver> {
  const homeserver = await discover(typed);
  const { site } = choice.get();
  if (!isAllowed(homeserver.url, site)) throw new NotAllowed("not from here", "server_not_allowed");
  await use(homeserver);
  return homeserver;
}

/** Find the server of a name that another device says: the one of this page, or elsewhere. Raises as above. */
export async function serverNamed(name: string): Promise<Homeserver> {
  const { homeserver } = choice.get();
  return homeserver?.name === name ? homeserver : chooseServer(name);
}

/** Tell whether people may choose among servers here. */
export function canChoose(site: SiteConfig | null): boolean {
  return site === null || site.homeservers.length !== 1;
}

function isAllowed(url: string, site: SiteConfig | null): boolean {
  if (site === null || site.homeservers.length === 0) return true;
  return url === site.baseUrl || site.homeservers.includes(url);
}

async function look(): Promise<void> {
  const site = await siteConfig();
  choice.update((now) => ({ ...now, site }));
  if (site === null) {
    choice.update((now) => ({ ...now, isLooking: false }));
    return;
  }
  try {
    await use(await lookAt(site.baseUrl, site.serverName));
  } catch (problem) {
    choice.update((now) => ({ ...now, isLooking: false, problem }));
  }
}

async function use(homeserver: Homeserver): Promise<void> {
  choice.update((now) => ({ ...now, homeserver, registration: null, isLooking: false, problem: null }));
  const { site } = choice.get();
  const mode = homeserver.url === site?.baseUrl ? site.registration : "";
  const registration = await registrationOptions(homeserver, mode).catch(() => CLOSED);
  if (choice.get().homeserver === homeserver) choice.update((now) => ({ ...now, registration }));
}

/** A server that does not say gives no accounts, as far as anybody can see. */
const CLOSED: RegistrationOptions = { isOpen: false, isOnItsPage: false, needsToken: false };
