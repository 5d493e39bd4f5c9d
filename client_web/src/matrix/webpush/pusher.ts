import { ClientError } from "../errors";
import type { Carrier } from "./carrier";

/** The app whose pushers the gateway passes on. */
export const WEB_APP = "dev.parlour.web";

/** A pusher as the server is told of it. */
export interface PusherBody {
  readonly app_id: string;
  readonly pushkey: string;
  readonly kind: "webpush" | "http";
  readonly app_display_name: string;
  readonly device_display_name: string;
  readonly lang: string;
  readonly data: Readonly<Record<string, string>>;
  /** Another account in this browser keeps its own. */
  readonly append: true;
}

/** Describe a browser's subscription as a pusher: the server's own, or one of the gateway. */
export function pusherOf(subscription: PushSubscriptionJSON, carrier: Carrier, lang: string): PusherBody {
  const { endpoint, keys } = subscription;
  if (!endpoint || !keys?.p256dh || !keys.auth) throw new ClientError("push_service", "no keys");
  const { auth } = keys;
  return {
    app_id: WEB_APP,
    pushkey: keys.p256dh,
    kind: carrier.gateway === null ? "webpush" : "http",
    app_display_name: "Parlour",
    device_display_name: location.host,
    lang,
    data: carrier.gateway === null ? { url: endpoint, auth } : { url: carrier.gateway, endpoint, auth },
    append: true,
  };
}
