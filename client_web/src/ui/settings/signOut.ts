import type { ChatClient } from "../../matrix/client";
import type { Auth } from "../../state/AuthContext";
import { t } from "../../words";
import { confirm } from "../controls";
import { act } from "../shell/act";

/** Sign out of this device after asking, with a word about keys that nobody else has. */
export async function signOut(client: ChatClient, auth: Auth): Promise<boolean> {
  const isWanted = await confirm({
    title: t("settings.account_sign_out_title"),
    text: t(isSafe(client) ? "settings.account_sign_out_safe" : "settings.account_sign_out_unsafe"),
    action: t("settings.account_sign_out"),
    danger: true,
  });
  return isWanted && act(auth.signOut(client.userId));
}

/** Tell whether what this device can read can be read again. */
function isSafe(client: ChatClient): boolean {
  return client.canEncrypt;
}
