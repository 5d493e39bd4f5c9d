import type { Verification } from "../../matrix/crypto";
import { t } from "../../words";

const MISMATCH = "encryption.cancelled_mismatch";
const REASONS = {
  "m.mismatched_sas": MISMATCH,
  "m.mismatched_commitment": MISMATCH,
  "m.timeout": "encryption.cancelled_timeout",
  "m.key_mismatch": "encryption.cancelled_keys",
  "m.invalid_message": "encryption.cancelled_keys",
  "m.unexpected_message": "encryption.cancelled_keys",
  "m.unknown_method": "encryption.cancelled_unknown_method",
  "m.accepted": "encryption.cancelled_accepted_elsewhere",
} as const;

/** Return what stands above a verification. */
export function titleOf(verification: Verification, name: string): string {
  const { incoming, own } = verification;
  switch (verification.stage) {
    case "requested":
      if (!incoming) return t("encryption.waiting_title");
      return own ? t("encryption.request_own_title") : t("encryption.request_other_title", name);
    case "ready":
      return t("encryption.choose_title");
    case "started":
      return t("encryption.exchanging");
    case "compare":
      return t("encryption.compare_title");
    case "confirmed":
      return t("encryption.confirmed_title");
    case "scanned":
      return t("encryption.scanned_title");
    case "done":
      return t("encryption.done_own_title");
    case "cancelled":
      return t("encryption.cancelled_title");
  }
}

/** Return what is to be done about it; empty where its title says that. */
export function leadOf(verification: Verification, name: string): string {
  const { incoming, own } = verification;
  switch (verification.stage) {
    case "requested":
      if (incoming) return t("encryption.request_text");
      return own ? t("encryption.waiting_own") : t("encryption.waiting_other", name);
    case "compare":
      return t("encryption.compare_lead");
    case "scanned":
      return t("encryption.scanned_lead");
    case "done":
      return own ? t("encryption.done_own_text") : t("encryption.done_other_text", name);
    case "cancelled":
      return reasonOf(verification);
    default:
      return "";
  }
}

/** Say why a verification ended without success. */
export function reasonOf({ cancelCode, cancelledByUs }: Verification): string {
  if (cancelCode in REASONS) return t(REASONS[cancelCode as keyof typeof REASONS]);
  if (cancelCode === "" || cancelCode === "m.user") {
    return t(cancelledByUs ? "encryption.cancelled_by_us" : "encryption.cancelled_by_other");
  }
  return t("encryption.cancelled_other", cancelCode.slice(0, 50));
}
