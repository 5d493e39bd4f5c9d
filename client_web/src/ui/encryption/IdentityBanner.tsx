import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Banner, Button } from "../controls";
import { usePersonName } from "./usePersonName";

interface IdentityBannerProps {
  /** Whoever is in the room: the first whose keys have changed is told of. */
  readonly userIds: readonly string[];
  readonly roomId: string;
}

/** Says that somebody has other keys than before, above the composer; nothing while nobody has. */
export function IdentityBanner({ userIds, roomId }: IdentityBannerProps) {
  const { client } = useChat();
  const changes = useValue(client.crypto.trustChanges);
  const { value: changed } = useAnswer(async () => {
    for (const userId of userIds) {
      if ((await client.crypto.trustOf(userId)) === "changed") return userId;
    }
    return null;
  }, `${changes} ${userIds.join()}`);
  return changed ? <Changed userId={changed} roomId={roomId} /> : null;
}

function Changed({ userId, roomId }: { readonly userId: string; readonly roomId: string }) {
  const { client, openDialog } = useChat();
  const name = usePersonName(userId);
  const { act, busy } = useWork();
  return (
    <Banner
      kind="warning"
      title={t("encryption.banner_changed_title", name)}
      actions={
        <>
          <Button busy={busy} onClick={() => act(() => client.crypto.acceptIdentity(userId))}>
            {t("encryption.banner_changed_accept")}
          </Button>
          <Button kind="primary" onClick={() => openDialog({ kind: "verification", userId, roomId })}>
            {t("encryption.banner_changed_verify")}
          </Button>
        </>
      }
    >
      {t("encryption.banner_changed_text")}
    </Banner>
  );
}
