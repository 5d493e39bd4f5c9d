import type { RoomSummary } from "../../matrix/types";
import { useChat } from "../../state/ChatContext";
import { usePreferences } from "../../state/usePreferences";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Banner, Button } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./RoomViews.module.css";

/** An invitation, a request that waits, or a space: rooms without messages to read. */
export function InviteView({ room }: { readonly room: RoomSummary }) {
  const { client, openRoom, openDialog } = useChat();
  const { invitePictures } = usePreferences();
  const work = useWork();
  const isInvite = room.membership === "invite";
  const picture = isInvite && !invitePictures ? null : room.avatar;
  const leave = () =>
    work.act(async () => {
      await client.rooms.leave(room.id);
      openRoom(null);
    });
  return (
    <div className={styles.view}>
      <div className={styles.card}>
        <MediaAvatar
          id={room.directUser ?? room.id}
          name={room.name}
          picture={picture}
          size="large"
          shape={room.isSpace ? "square" : "round"}
        />
        <h2 className={styles.title}>
          {isInvite
            ? t("main.invite.title", room.invite?.name || room.invite?.userId || "", room.name)
            : room.name}
        </h2>
        <InviteText room={room} />
        {work.error && <Banner kind="danger">{work.error}</Banner>}
        <div className={styles.buttons}>
          {isInvite && (
            <>
              <Button disabled={work.busy} onClick={leave}>
                {t("main.invite.decline")}
              </Button>
              <Button
                kind="primary"
                busy={work.busy}
                onClick={() => work.act(async () => openRoom(await client.rooms.join(room.id)))}
              >
                {t("main.invite.accept")}
              </Button>
            </>
          )}
          {room.membership === "knock" && (
            <Button busy={work.busy} onClick={leave}>
              {t("main.invite.withdraw")}
            </Button>
          )}
          {room.isSpace && room.membership === "join" && (
            <Button kind="primary" onClick={() => openDialog({ kind: "spaceHome", roomId: room.id })}>
              {t("main.space.home")}
            </Button>
          )}
        </div>
        {isInvite && room.invite && (
          <Button
            kind="quiet"
            onClick={() => openDialog({ kind: "person", userId: room.invite?.userId, roomId: room.id })}
          >
            {t("main.invite.ignore")}
          </Button>
        )}
      </div>
    </div>
  );
}

function InviteText({ room }: { readonly room: RoomSummary }) {
  const reason = room.invite?.reason;
  if (room.membership === "knock") return <p className={styles.text}>{t("main.invite.knocking")}</p>;
  if (room.membership !== "invite") return room.topic ? <p className={styles.text}>{room.topic}</p> : null;
  return (
    <>
      {reason && <p className={styles.text}>{t("main.invite.reason", reason)}</p>}
      <p className={styles.text}>{room.invite?.userId}</p>
    </>
  );
}
