import type { MatrixClient } from "matrix-js-sdk";
import { ApiError, asClientError } from "../errors";
import { asObject, asText } from "../shapes";
import type { AccountAction } from "./types";

/**
 * Return the server's own page for something; null where the server has none.
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-account-management
 */
export async function accountPage(
  sdk: MatrixClient,
  action: AccountAction,
  deviceId?: string,
): Promise<string | null> {
  const base = asText(asObject(await readMetadata(sdk)).account_management_uri, 2000);
  if (!/^https?:\/\//.test(base) || !URL.canParse(base)) return null;
  const url = new URL(base);
  url.searchParams.set("action", action);
  if (deviceId !== undefined) url.searchParams.set("device_id", deviceId);
  return url.href;
}

async function readMetadata(sdk: MatrixClient): Promise<unknown> {
  try {
    return await sdk.getAuthMetadata();
  } catch (error) {
    const refusal = asClientError(error);
    if (refusal instanceof ApiError) return {}; // a server without these pages
    throw error;
  }
}
