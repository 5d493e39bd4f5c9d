import { useChat, useClient } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Banner, Button } from "../controls";
import { usePersonName } from "./usePersonName";

/** Says that somebody in a room has other keys than before; nothing while nobody has. */
export default function IdentityBanner({ roomId }: { readonly roomId: string }) {
  const client = useClient();
  const changes = useValue(client.crypto.trustChanges);
  const about = `${roomId} ${changes}`;
  const { value: changed } = useAnswer(
    async () => (client.canEncrypt ? client.crypto.changedIn(roomId) : null),
    about,
  );
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
