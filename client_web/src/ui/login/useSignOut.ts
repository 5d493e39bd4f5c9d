import { useLocation } from "wouter";
import type { EncryptionState } from "../../matrix/crypto";
import { errorWords, Offline } from "../../matrix/errors";
import { useAuth } from "../../state/AuthContext";
import { t } from "../../words";
import { confirm, showToast } from "../controls";

/** What is known of keys that only this device may have: `none` where nobody can tell. */
export type KeysKept = "safe" | "unsafe" | "none";

/** Return what signs an account out, after asking: here, on its server, and everything stored goes. */
export function useSignOut(): (userId: string, keys: KeysKept) => Promise<void> {
  const auth = useAuth();
  const [, navigate] = useLocation();

  async function signOut(userId: string): Promise<boolean> {
    try {
      await auth.signOut(userId);
      return true;
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
    }
    const isSure = await confirm({
      title: t("web.sign_out_offline_title"),
      text: t("web.sign_out_offline_text"),
      action: t("web.sign_out_anyway"),
      danger: true,
    });
    if (isSure) await auth.forget(userId);
    return isSure;
  }

  return async (userId, keys) => {
    const isSure = await confirm({
      title: t(keys === "none" ? "web.failed_sign_out_title" : "settings.account_sign_out_title"),
      text: textOf(keys),
      action: t("settings.account_sign_out"),
      danger: true,
    });
    if (!isSure) return;
    try {
      if (await signOut(userId)) navigate("/", { replace: true });
    } catch (error) {
      showToast(errorWords(error), { kind: "error" });
    }
  };
}

/** Tell whether all keys of a device are in a backup too. */
export function keysKept(state: EncryptionState): KeysKept {
  if (!state.available) return "safe";
  return state.backupActive && state.keysWaiting === 0 ? "safe" : "unsafe";
}

function textOf(keys: KeysKept): string {
  if (keys === "none") return t("web.failed_sign_out_text");
  const about = t(keys === "safe" ? "settings.account_sign_out_safe" : "settings.account_sign_out_unsafe");
  return `${t("settings.account_sign_out_text")} ${about}`;
}
