import { type MatrixClient, Method } from "matrix-js-sdk";
import { currentLanguage } from "../../words";
import { writeWorkerSettings } from "../../worker/settings";
import type { ClientContext } from "../context";
import { ClientError } from "../errors";
import { sessions } from "../session";
import { preferences } from "../settings/preferences";
import { asObject, asObjects, asText } from "../shapes";
import { MutableValue, type Value } from "../value";
import { type Carrier, findCarrier } from "./carrier";
import { type PusherBody, pusherOf, WEB_APP } from "./pusher";

/**
 * How a browser stands with notifications while no page is open. `insecure`: not loaded over https; `unavailable`:
 * it cannot be told; `denied`: the user does not want any of this page.
 */
export type WebPushState = "unknown" | "insecure" | "unavailable" | "denied" | "off" | "on";

/** Notifications by the browser's push service, when Parlour is closed. */
export interface WebPush {
  readonly state: Value<WebPushState>;
  /** Ask the user, subscribe the browser, and tell the server; to be called from a press. */
  turnOn(): Promise<void>;
  turnOff(): Promise<void>;
}

const SERVICE_MS = 20_000;
/** Which device a pusher is of (MSC3881). */
const PUSHER_DEVICE = "org.matrix.msc3881.device_id";

/** Make it for one account's client. */
export function createWebPush(sdk: MatrixClient, context: ClientContext): WebPush {
  const state = new MutableValue<WebPushState>("unknown");
  // Named as the session's databases are, so that it is forgotten with them.
  const mark = context.databaseName("web-push");

  async function subscribe(): Promise<void> {
    const carrier = await findCarrier(sdk, context.homeserverUrl);
    const registration = await navigator.serviceWorker.ready;
    const subscription = await subscribed(registration.pushManager, carrier);
    const pusher = pusherOf(subscription, carrier, currentLanguage());
    await setPusher(sdk, pusher);
    await deletePushers(sdk, pusher.pushkey);
  }

  async function look(): Promise<void> {
    const hindrance = hindranceOf();
    if (hindrance !== null) return state.set(hindrance);
    const isWanted = localStorage.getItem(mark) !== null;
    if (!isWanted || Notification.permission !== "granted") return state.set("off");
    // Browsers renew subscriptions, and servers forget pushers: both are set again.
    await subscribe();
    state.set("on");
  }

  const answerCheck = (event: MessageEvent): void => {
    const { kind, appId, token } = asObject(event.data);
    if (kind === "push-check") void acknowledge(sdk, asText(appId), asText(token));
  };
  const keepSettings = (): void => {
    const settings = { language: currentLanguage(), showContent: preferences.get().notificationContent };
    void writeWorkerSettings(settings).catch((error) =>
      console.warn("the worker's settings are not kept", error),
    );
  };

  if ("serviceWorker" in navigator && "caches" in globalThis) {
    navigator.serviceWorker.addEventListener("message", answerCheck);
    const endChoices = preferences.subscribe(keepSettings);
    keepSettings();
    context.onStop(() => {
      navigator.serviceWorker.removeEventListener("message", answerCheck);
      endChoices();
    });
  }
  void look().catch((error) => {
    console.warn("notifications of this browser could not be set again", error);
    state.set("off");
  });

  return {
    state,
    async turnOn() {
      if (hindranceOf() === null && (await Notification.requestPermission()) === "granted") {
        await subscribe();
        localStorage.setItem(mark, "on");
        return state.set("on");
      }
      state.set(hindranceOf() ?? "off");
    },
    async turnOff() {
      localStorage.removeItem(mark);
      await unsubscribe(sdk);
      state.set("off");
    },
  };
}

function hindranceOf(): WebPushState | null {
  if (!isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis)) {
    return "unavailable";
  }
  return Notification.permission === "denied" ? "denied" : null;
}

async function subscribed(manager: PushManager, { key }: Carrier): Promise<PushSubscriptionJSON> {
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return (await withTimeout(manager.subscribe(wanted))).toJSON();
  } catch (error) {
    // Subscribed with the key of another server, or of one that has lost its own: that one is of no use now.
    if (!(error instanceof DOMException) || error.name !== "InvalidStateError") throw refusal(error);
  }
  await (await manager.getSubscription())?.unsubscribe();
  return (await withTimeout(manager.subscribe(wanted))).toJSON();
}

function refusal(error: unknown): unknown {
  return error instanceof DOMException ? new ClientError("push_service", error.message) : error;
}

/** A browser without a push service may never answer. */
function withTimeout<T>(work: Promise<T>): Promise<T> {
  const tooLong = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new ClientError("push_service", "no answer")), SERVICE_MS);
  });
  return Promise.race([work, tooLong]);
}

async function setPusher(sdk: MatrixClient, pusher: PusherBody): Promise<void> {
  await sdk.http.authedRequest(Method.Post, "/pushers/set", undefined, { ...pusher });
}

async function acknowledge(sdk: MatrixClient, appId: string, token: string): Promise<void> {
  try {
    await sdk.http.authedRequest(Method.Post, "/pushers/ack", undefined, { app_id: appId, ack_token: token });
  } catch (error) {
    console.warn("it could not be shown that notifications arrive", error); // or another account's
  }
}

/** Delete this browser's pushers of the account; the subscription too, where no other account may use it. */
async function unsubscribe(sdk: MatrixClient): Promise<void> {
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  await deletePushers(sdk, null, subscription?.toJSON().keys?.p256dh);
  if (sessions.get().all.length <= 1) await subscription?.unsubscribe();
}

/**
 * Delete this device's pushers but the one that is in use: browsers renew their keys. Servers that do not tell
 * whose a pusher is are helped by the key that was used last.
 */
async function deletePushers(sdk: MatrixClient, usedKey: string | null, lastKey?: string): Promise<void> {
  const { pushers } = asObject(await sdk.http.authedRequest(Method.Get, "/pushers"));
  for (const pusher of asObjects(pushers)) {
    const isOwn = pusher[PUSHER_DEVICE] === sdk.getDeviceId() || pusher.pushkey === lastKey;
    if (pusher.app_id !== WEB_APP || !isOwn || pusher.pushkey === usedKey) continue;
    const gone = { app_id: WEB_APP, pushkey: pusher.pushkey, kind: null };
    await sdk.http.authedRequest(Method.Post, "/pushers/set", undefined, gone);
  }
}
