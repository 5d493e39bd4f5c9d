import type { MessageItem } from "../../../matrix/timeline/values";
import type { SendStatus } from "../../../matrix/types";
import { useClient } from "../../../state/ChatContext";
import { t, type WordId } from "../../../words";
import { Button, Icon, IconButton, Progress } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./SendLine.module.css";

interface SendLineProps {
  readonly item: MessageItem;
  readonly send: SendStatus;
}

/** How far a message has come on its way out, and what can be done where it got stuck. */
export function SendLine({ item, send }: SendLineProps) {
  const { outbox } = useClient();
  const { roomId } = useConversation();
  const discard = (): void => outbox.cancel(roomId, item.key);
  if (send.state === "failed") {
    return (
      <div className={styles.failed} role="alert">
        <Icon name="circle-alert" size="small" />
        <span className={styles.words}>{t("chat.not_sent", t(`error.${send.errorWord}` as WordId))}</span>
        <Button kind="quiet" onClick={() => outbox.retry(roomId, item.key)}>
          {t("main.send.retry")}
        </Button>
        <Button kind="quiet" onClick={discard}>
          {t("main.send.discard")}
        </Button>
      </div>
    );
  }
  if (send.upload !== null) {
    const { sentBytes, totalBytes } = send.upload;
    return (
      <div className={styles.upload}>
        <Progress
          label={t("chat.uploading", "media" in item ? (item.media.name ?? "") : "")}
          value={totalBytes > 0 ? sentBytes / totalBytes : null}
        />
        <IconButton small icon="x" label={t("chat.uploading.cancel")} onClick={discard} />
      </div>
    );
  }
  if (send.state !== "queued") return null;
  return (
    <div className={styles.waiting}>
      <Icon name="clock" size="small" />
      <span>{t("chat.waiting")}</span>
      <Button kind="quiet" onClick={discard}>
        {t("main.send.discard")}
      </Button>
    </div>
  );
}
