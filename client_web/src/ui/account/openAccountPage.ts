import type { AccountAction, AccountSettings } from "../../matrix/account";
import { errorWords } from "../../matrix/errors";
import { t } from "../../words";
import { showToast } from "../controls";

/** Open the server's own page for something, where the account is managed there. */
export async function openAccountPage(
  account: AccountSettings,
  action: AccountAction,
  deviceId?: string,
): Promise<void> {
  try {
    const url = await account.pageFor(action, deviceId);
    if (url === null) showToast(t("error.managed_in_browser"), { kind: "error" });
    else window.open(url, "_blank", "noopener,noreferrer");
  } catch (error) {
    showToast(errorWords(error), { kind: "error" });
  }
}
