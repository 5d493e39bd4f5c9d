import type { ClientContext } from "../context";
import type { JsonObject } from "../shapes";
import type { QrPrompt } from "./conversation";
import { type ExistingDevice, scanToLetIn, showToLetIn } from "./existingDevice";
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
    show: (prompt, signal) => showToLetIn(device(prompt, signal)),
    scan: (prompt, signal, code) => scanToLetIn(device(prompt, signal), code),
  });
}
