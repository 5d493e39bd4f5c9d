import type { MatrixClient } from "matrix-js-sdk";
import { ClientError } from "../errors";
import { asObject, asText } from "../shapes";

/** Who sends the browser its notifications. */
export interface Carrier {
  /** The key that the browser is subscribed with: the server's that signs. */
  readonly key: string;
  /** Null where the account's own server signs; else who passes on what it tells. */
  readonly gateway: string | null;
}

interface Site {
  readonly key: string;
  readonly gateway: string;
}

const CAPABILITY = "org.matrix.msc4174.webpush";

/**
 * Find who can send this browser notifications. A browser has one subscription for all accounts, so the key of the
 * server that this page came from is used wherever there is one: an account elsewhere is served by its gateway.
 *
 * @throws ClientError `push_server` where nobody can
 */
export async function findCarrier(sdk: MatrixClient, homeserverUrl: string): Promise<Carrier> {
  const [site, own] = await Promise.all([siteOf(), keyOfHomeserver(sdk)]);
  return chooseCarrier(site, own, homeserverUrl);
}

/** Choose between the server of this page and the account's own. */
export function chooseCarrier(site: Site | null, own: string, homeserverUrl: string): Carrier {
  if (site !== null && site.key !== own) {
    const isOpen = site.gateway.startsWith("https://") || homeserverUrl.startsWith("http://");
    if (isOpen) return { key: site.key, gateway: site.gateway };
  }
  if (own !== "") return { key: own, gateway: null };
  throw new ClientError("push_server");
}

async function siteOf(): Promise<Site | null> {
  let config: unknown;
  try {
    const answer = await fetch("/config.json", { signal: AbortSignal.timeout(10_000) });
    config = answer.ok ? await answer.json() : null;
  } catch {
    return null; // a page that some other web server gives out
  }
  const { gateway, vapid } = asObject(asObject(config).web_push);
  const [url, key] = [asText(gateway, 2000), asText(vapid, 200)];
  return url !== "" && key !== "" ? { key, gateway: url } : null;
}

async function keyOfHomeserver(sdk: MatrixClient): Promise<string> {
  const { enabled, vapid } = asObject(asObject(await sdk.getCapabilities())[CAPABILITY]);
  return enabled === true ? asText(vapid, 200) : "";
}
