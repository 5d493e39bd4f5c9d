import type { MatrixClient } from "matrix-js-sdk";
import { asObject } from "../shapes";
import type { AccountCapabilities } from "./types";

/** Ask what the server lets the account change. */
export async function readCapabilities(sdk: MatrixClient, usesOAuth: boolean): Promise<AccountCapabilities> {
  const told = asObject(await sdk.getCapabilities());
  const isOn = (name: string): boolean => asObject(told[name]).enabled !== false;
  return {
    canChangePassword: isOn("m.change_password") && !usesOAuth,
    canChangeAddresses: isOn("m.3pid_changes") && !usesOAuth,
    canSetName: maySet(told, "displayname") && isOn("m.set_displayname"),
    canSetPicture: maySet(told, "avatar_url") && isOn("m.set_avatar_url"),
    isManagedInBrowser: usesOAuth,
  };
}

/** Spec: https://spec.matrix.org/v1.19/client-server-api/#mprofile_fields-capability */
function maySet(told: Readonly<Record<string, unknown>>, field: string): boolean {
  const fields = told["m.profile_fields"];
  if (fields === undefined) return true;
  const { enabled, allowed, disallowed } = asObject(fields);
  if (enabled === false) return false;
  if (Array.isArray(allowed)) return allowed.includes(field);
  return !(Array.isArray(disallowed) && disallowed.includes(field));
}
