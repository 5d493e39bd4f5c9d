import type { Homeserver } from "../discovery";
import { QrMeeting } from "./meeting";
import { type QrSignIn, scanToSignIn, showToSignIn } from "./newDevice";

interface SignInMeeting {
  /** Where the devices meet, when this one shows the code. */
  readonly homeserverUrl: string;
  /** Find the server that the other device names. */
  readonly find: (serverName: string) => Promise<Homeserver>;
  readonly enter: (signedIn: QrSignIn) => Promise<void>;
}

/** Return the meeting in which another device lets this one in. */
export function signInMeeting({ homeserverUrl, find, enter }: SignInMeeting): QrMeeting {
  return new QrMeeting({
    show: async (prompt, signal) => enter(await showToSignIn({ prompt, signal, find }, homeserverUrl)),
    scan: async (prompt, signal, code) => enter(await scanToSignIn({ prompt, signal, find }, code)),
  });
}
