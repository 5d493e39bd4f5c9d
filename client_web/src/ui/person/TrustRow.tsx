import type { Trust } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { SettingRow } from "../account/SettingRow";
import { Button } from "../controls";

const WORDS: Readonly<Record<Trust, WordId>> = {
  verified: "dialogs.card_verified",
  unverified: "dialogs.card_unverified",
  unknown: "dialogs.card_unknown",
  changed: "dialogs.card_changed",
};
const ICONS: Readonly<Record<Trust, string>> = {
  verified: "shield-check",
  unverified: "shield",
  unknown: "shield",
  changed: "shield-alert",
};

interface TrustRowProps {
  readonly userId: string;
  readonly roomId: string;
}

/** How far somebody's keys are trusted, and the way to verify them. */
export function TrustRow({ userId, roomId }: TrustRowProps) {
  const { client, openDialog } = useChat();
  const changes = useValue(client.crypto.trustChanges);
  const about = `${userId} ${changes}`;
  const { value: trust = "unknown" } = useAnswer(() => client.crypto.trustOf(userId), about);
  const { value: devices } = useAnswer(() => client.crypto.devices(userId), about);
  const isOpen = userId !== client.userId && (trust === "unverified" || trust === "changed");
  const verify = () => openDialog({ kind: "verification", userId, ...(roomId && { roomId }) });
  return (
    <SettingRow
      icon={ICONS[trust]}
      {...(trust === "verified" && { mood: "good" as const })}
      {...(trust === "changed" && { mood: "bad" as const })}
      title={t(WORDS[trust])}
      text={devices ? t("dialogs.card_devices", { n: devices.length }) : ""}
    >
      {isOpen && <Button onClick={verify}>{t("dialogs.card_verify")}</Button>}
    </SettingRow>
  );
}
