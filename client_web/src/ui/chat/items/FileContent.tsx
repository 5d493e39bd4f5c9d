import { useState } from "react";
import type { MediaItem } from "../../../matrix/timeline/values";
import { useClient } from "../../../state/ChatContext";
import { sizeText } from "../../../state/chatTimes";
import { t } from "../../../words";
import { Icon, IconButton } from "../../controls";
import { act } from "../../shell/act";
import styles from "./FileContent.module.css";

/** A file that is only saved: its name, its size. */
export function FileContent({ item }: { readonly item: MediaItem }) {
  const { media: files } = useClient();
  const [isBusy, setBusy] = useState(false);
  const { media } = item;
  const save = async (): Promise<void> => {
    setBusy(true);
    await act(files.save(media));
    setBusy(false);
  };
  return (
    <div className={styles.file}>
      <span className={styles.picture}>
        <Icon
          name={media.mime?.startsWith("text/") || media.mime === "application/pdf" ? "file-text" : "file"}
        />
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{media.name}</bdi>
        <span className={styles.size}>{sizeText(media.size)}</span>
      </span>
      {item.send === null && (
        <IconButton
          icon="download"
          label={t("main.media.save")}
          disabled={isBusy}
          aria-busy={isBusy}
          onClick={() => void save()}
        />
      )}
    </div>
  );
}
