import type { ClientContext } from "../context";
import type { JsonObject } from "../shapes";
import type { QrPrompt } from "./conversation";
import type { ExistingDevice } from "./existingDevice";
import { QrMeeting } from "./meeting";

/** Return the meeting in which this device lets a new one in. */
export function letInMeeting(context: ClientContext, secrets: () => Promise<JsonObject>): QrMeeting {
  const device = (prompt: QrPrompt, signal: AbortSignal): ExistingDevice => ({
    userId: context.userId,
    homeserverUrl: context.homeserverUrl,
    fetch: context.fetch,
    prompt,
    signal,
    secrets,
  });
  return new QrMeeting({
    // What it needs of the cryptography is loaded with it, and not with every start.
    show: async (prompt, signal) => (await import("./existingDevice")).showToLetIn(device(prompt, signal)),
    scan: async (prompt, signal, code) =>
      (await import("./existingDevice")).scanToLetIn(device(prompt, signal), code),
  });
}
