import { useState } from "react";
import { errorWords } from "../../matrix/errors";
import type { MessageItem } from "../../matrix/timeline/values";
import { t } from "../../words";
import { Banner, Button, EmptyState, Skeleton, Tabs } from "../controls";
import styles from "./FilesPanel.module.css";
import { SharedFile } from "./SharedFile";
import { SharedLinks } from "./SharedLinks";
import { SharedPicture } from "./SharedPicture";
import { useShared } from "./useShared";

type Kind = "pictures" | "files" | "links";

const PICTURES: readonly MessageItem["kind"][] = ["image", "video"];

/** What people shared in a room, the newest first. */
export default function FilesPanel({ roomId }: { readonly roomId: string }) {
  const [kind, setKind] = useState<Kind>("pictures");
  const shared = useShared(roomId, (item) => isOf(item, kind), kind);
  const found = shared.items.filter((item) => isOf(item, kind));
  const content = (
    <div className={styles.found}>
      <ul className={kind === "pictures" ? styles.pictures : styles.rows}>
        {found.map((item) => (
          <li key={item.key}>
            {kind === "links" && <SharedLinks roomId={roomId} item={item} />}
            {kind === "pictures" && "media" in item && <SharedPicture roomId={roomId} item={item} />}
            {kind === "files" && "media" in item && <SharedFile roomId={roomId} item={item} />}
          </li>
        ))}
      </ul>
      {shared.error !== undefined && <Banner kind="warning">{errorWords(shared.error)}</Banner>}
      {shared.isLoading && <Skeleton rows={3} />}
      {!shared.isLoading && found.length === 0 && (
        <EmptyState icon="archive" title={t("rooms.files_none")} text={t("rooms.files_none_text")} />
      )}
      {!shared.isLoading && shared.hasMore && (
        <Button kind="quiet" onClick={shared.lookFurther}>
          {t("rooms.files_more")}
        </Button>
      )}
    </div>
  );
  return (
    <div className={styles.panel}>
      <Tabs<Kind>
        label={t("rooms.files")}
        value={kind}
        onChange={setKind}
        tabs={[
          { value: "pictures", label: t("rooms.files_pictures"), content },
          { value: "files", label: t("rooms.files_files"), content },
          { value: "links", label: t("rooms.files_links"), content },
        ]}
      />
    </div>
  );
}

function isOf(item: MessageItem, kind: Kind): boolean {
  if (kind === "links") return item.links.length > 0;
  return "media" in item && PICTURES.includes(item.kind) === (kind === "pictures");
}
