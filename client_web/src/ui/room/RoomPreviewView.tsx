import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useLoaded } from "../../state/useLoaded";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Banner, Button, EmptyState, IconButton, Skeleton, TextArea } from "../controls";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./RoomViews.module.css";

/** A room one is not in, as a link leads to it: what it is, and how to get in. */
export function RoomPreviewView({ room: wanted }: { readonly room: string }) {
  const { client, openRoom } = useChat();
  const via = new URLSearchParams(location.search).getAll("via").slice(0, 10);
  const asked = useLoaded(() => client.rooms.directory.preview(wanted, via), wanted);
  const [reason, setReason] = useState("");
  const work = useWork();
  const room = asked.value;
  const isKnock = room?.joinRule === "knock" || room?.joinRule === "knock_restricted";
  const enter = () =>
    work.act(async () => {
      const { rooms } = client;
      openRoom(isKnock ? await rooms.knock(wanted, via, reason) : await rooms.join(wanted, via));
    });
  return (
    <div className={styles.view}>
      <div className={styles.leave}>
        <IconButton icon="arrow-left" label={t("main.header.back")} onClick={() => openRoom(null)} />
      </div>
      {room === undefined && asked.isLoading && (
        <div className={styles.card}>
          <Skeleton rows={3} />
        </div>
      )}
      {room === undefined && !asked.isLoading && (
        <EmptyState
          icon="search"
          title={t("error.not_found")}
          text={wanted}
          action={<Button onClick={() => void asked.reload()}>{t("main.offline.retry")}</Button>}
        />
      )}
      {room && (
        <div className={styles.card}>
          <MediaAvatar
            id={room.id}
            name={room.name}
            picture={room.avatar}
            size="large"
            shape={room.isSpace ? "square" : "round"}
          />
          <h2 className={styles.title}>{room.name}</h2>
          <p className={styles.text}>
            {[room.alias, t("main.header.people", { n: room.members })].filter(Boolean).join(" · ")}
          </p>
          {room.topic && <p className={styles.text}>{room.topic}</p>}
          {isKnock && (
            <TextArea label={t("dialogs.knock_reason")} value={reason} onChange={setReason} rows={2} />
          )}
          {work.error && <Banner kind="danger">{work.error}</Banner>}
          <div className={styles.buttons}>
            <Button kind="primary" busy={work.busy} onClick={enter}>
              {t(isKnock ? "dialogs.directory_knock" : "dialogs.directory_join")}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
