import { request } from "../api";
import { ApiError } from "../errors";
import { serverOf } from "../names";
import { checkedUrl, fetchOAuthMetadata } from "../oauthMetadata";
import { asObject, asText, type JsonObject } from "../shapes";
import { pause } from "../waiting";
import { encodeQrCode, makeKeys, type QrCode } from "./channel";
import {
  ACCEPTED,
  Conversation,
  DEVICE_GRANT,
  PROTOCOL,
  PROTOCOLS,
  type QrPrompt,
  SECRETS,
  SUCCESS,
} from "./conversation";
import { DEVICE_EXISTS, DEVICE_NOT_FOUND, NotAQrCode, QrFailed, UNEXPECTED, UNSUPPORTED } from "./errors";
import { Rendezvous } from "./rendezvous";

/** This device, which is signed in and lets a new one in. */
export interface ExistingDevice {
  readonly userId: string;
  readonly homeserverUrl: string;
  /** Asks the homeserver as this account. */
  readonly fetch: typeof fetch;
  readonly prompt: QrPrompt;
  readonly signal: AbortSignal;
  /** Return what makes the new device one of the account's: `cross_signing`, and `backup` if there is one. */
  readonly secrets: () => Promise<JsonObject>;
}

const MAX_DEVICE_ID = 255;
/** How often it is looked for the new device, a second apart. */
const LOOKS = 10;
const LOOK_EVERY_MS = 1000;

/**
 * Show a code for the new device to scan, and let that one in.
 *
 * Raises QrInsecure, QrExpired, QrFailed, Cancelled, ClientError.
 * Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export async function showToLetIn(here: ExistingDevice): Promise<void> {
  await requireGrant(here);
  const keys = await makeKeys();
  const rendezvous = await Rendezvous.create(here.homeserverUrl, here.signal);
  here.prompt.showCode(encodeQrCode(keys, rendezvous.url, serverOf(here.userId)));
  const talk = await Conversation.beScanned(rendezvous, keys, here.prompt);
  await talk.run(() => letIn(here, talk, () => talk.compare()));
}

/** Let in the device whose code was scanned. Raises as above; NotAQrCode for a code of a device that is signed in. */
export async function scanToLetIn(here: ExistingDevice, code: QrCode): Promise<void> {
  if (code.intent !== "sign_in") throw new NotAQrCode("the code of a device that is signed in");
  await requireGrant(here);
  const rendezvous = new Rendezvous(code.rendezvousUrl, here.signal);
  const talk = await Conversation.scan(rendezvous, code.publicKey, here.prompt);
  await talk.run(async () => {
    await talk.say(PROTOCOLS, { protocols: [DEVICE_GRANT], homeserver: serverOf(here.userId) });
    await letIn(here, talk, async () => undefined);
  });
}

async function letIn(here: ExistingDevice, talk: Conversation, compare: () => Promise<void>): Promise<void> {
  const wanted = await talk.hear(PROTOCOL);
  if (wanted.protocol !== DEVICE_GRANT) throw new QrFailed(UNSUPPORTED);
  const deviceId = asText(wanted.device_id, MAX_DEVICE_ID);
  if (!deviceId) throw new QrFailed(UNEXPECTED);
  if (await deviceExists(here, deviceId)) throw new QrFailed(DEVICE_EXISTS);
  const page = pageOf(asObject(wanted[DEVICE_GRANT]), here.homeserverUrl);
  await compare();
  here.prompt.offerPage(page);
  await talk.say(ACCEPTED);
  await talk.hear(SUCCESS);
  await untilHere(here, deviceId);
  await talk.say(SECRETS, await here.secrets());
}

/** Where the server has no such sign-in, nobody need scan anything. */
async function requireGrant(here: ExistingDevice): Promise<void> {
  const metadata = await fetchOAuthMetadata(here.homeserverUrl);
  if (!metadata?.canUseDeviceCode) throw new QrFailed(UNSUPPORTED);
}

function pageOf(grant: JsonObject, homeserverUrl: string): string {
  const page = grant.verification_uri_complete ?? grant.verification_uri;
  return checkedUrl(page, "the page", homeserverUrl.startsWith("http:"));
}

async function deviceExists(here: ExistingDevice, deviceId: string): Promise<boolean> {
  const path = `/_matrix/client/v3/devices/${encodeURIComponent(deviceId)}`;
  try {
    await request(here.homeserverUrl, "GET", path, { fetch: here.fetch, signal: here.signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** The secrets are for a device that the server knows to be one of the account's. */
async function untilHere(here: ExistingDevice, deviceId: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if (await deviceExists(here, deviceId)) return;
    await pause(LOOK_EVERY_MS, here.signal);
  }
  throw new QrFailed(DEVICE_NOT_FOUND);
}
