import { startDeviceGrant, waitForTokens } from "../deviceGrant";
import type { Homeserver } from "../discovery";
import { registerOAuthClient, sessionOfTokens } from "../oauth";
import { newDeviceId } from "../random";
import { asText, asTexts, type JsonObject } from "../shapes";
import type { Session } from "../types";
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
import { NotAQrCode, QrFailed, UNSUPPORTED } from "./errors";
import { Rendezvous } from "./rendezvous";

/** What a device has that another one let in. */
export interface QrSignIn {
  readonly session: Session;
  /** The account's secrets: `cross_signing`, perhaps `backup`. Whoever takes them checks them. */
  readonly secrets: JsonObject;
}

/** Sign in with the help of a device that is signed in. */
export interface NewDevice {
  readonly prompt: QrPrompt;
  readonly signal: AbortSignal;
  /** Find the server that the other device names. */
  readonly find: (serverName: string) => Promise<Homeserver>;
}

/**
 * Show a code for the other device to scan; any server that has rendezvous will do for meeting.
 *
 * Raises QrInsecure, QrExpired, QrFailed, Cancelled, ClientError.
 * Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export async function showToSignIn(here: NewDevice, homeserverUrl: string): Promise<QrSignIn> {
  const keys = await makeKeys();
  const rendezvous = await Rendezvous.create(homeserverUrl, here.signal);
  here.prompt.showCode(encodeQrCode(keys, rendezvous.url));
  const talk = await Conversation.beScanned(rendezvous, keys, here.prompt);
  const signedIn = await talk.run(async () => {
    const offer = await talk.hear(PROTOCOLS);
    if (!asTexts(offer.protocols).includes(DEVICE_GRANT)) throw new QrFailed(UNSUPPORTED);
    await talk.compare();
    return signIn(here, talk, asText(offer.homeserver, 255));
  });
  await rendezvous.close();
  return signedIn;
}

/** Sign in to the account of the device whose code was scanned. Raises as above; NotAQrCode for another code. */
export async function scanToSignIn(here: NewDevice, code: QrCode): Promise<QrSignIn> {
  if (code.intent !== "let_in") throw new NotAQrCode("the code of another new device");
  const rendezvous = new Rendezvous(code.rendezvousUrl, here.signal);
  const talk = await Conversation.scan(rendezvous, code.publicKey, here.prompt);
  const signedIn = await talk.run(() => signIn(here, talk, code.serverName));
  await rendezvous.close();
  return signedIn;
}

async function signIn(here: NewDevice, talk: Conversation, serverName: string): Promise<QrSignIn> {
  const homeserver = await here.find(serverName);
  const metadata = homeserver.oauth;
  if (metadata === null || !metadata.canUseDeviceCode) throw new QrFailed(UNSUPPORTED);
  const clientId = await registerOAuthClient(metadata);
  const deviceId = newDeviceId();
  const grant = await startDeviceGrant(metadata, clientId, deviceId);
  const pages = {
    verification_uri: grant.page,
    ...(grant.pageWithCode && { verification_uri_complete: grant.pageWithCode }),
  };
  await talk.say(PROTOCOL, { protocol: DEVICE_GRANT, device_id: deviceId, [DEVICE_GRANT]: pages });
  here.prompt.showUserCode(grant.userCode);
  await talk.hear(ACCEPTED);
  const tokens = await waitForTokens(metadata, clientId, grant, here.signal);
  const session = await sessionOfTokens(homeserver.url, metadata, clientId, deviceId, tokens);
  await talk.say(SUCCESS);
  const { type: _, ...secrets } = await talk.hear(SECRETS);
  return { session, secrets };
}
