import type { Presence } from "../../matrix/people";
import { t, type WordId } from "../../words";

const STATES: Readonly<Record<Presence["state"], WordId>> = {
  online: "dialogs.card_online",
  unavailable: "dialogs.card_away",
  offline: "dialogs.card_offline",
};

/** What is known of whether somebody is there, and what they say about it; empty where nothing is. */
export function presenceText(presence: Presence | null): string {
  if (presence === null) return "";
  const state = presence.isActiveNow ? t("dialogs.card_active_now") : t(STATES[presence.state]);
  return [state, presence.statusMessage].filter(Boolean).join(" · ");
}
