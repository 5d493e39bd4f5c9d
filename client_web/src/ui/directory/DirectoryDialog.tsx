import { useEffect, useState } from "react";
import type { RoomPreview } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Dialog, EmptyState, Icon, ListRow, Skeleton, TextField } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { actOf } from "./actOf";
import styles from "./Directory.module.css";
import { KnockDialog } from "./KnockDialog";
import { RoomCard } from "./RoomCard";
import { ServerChoice } from "./ServerChoice";
import { SpacesOnly } from "./SpacesOnly";
import { useDirectory } from "./useDirectory";

const ADDRESS = /^#[^\s:]+:[^\s]+$/;

/** The directories of rooms: one's own server's, and others'. */
export default function DirectoryDialog() {
  const { client, openRoom } = useChat();
  const { close, text } = useDialog();
  const [term, setTerm] = useState(text("term"));
  const [server, setServer] = useState(text("server"));
  const [onlySpaces, setOnlySpaces] = useState(false);
  const [knocking, setKnocking] = useState<RoomPreview | null>(null);
  const [joining, setJoining] = useState("");
  const directory = useDirectory({ term, server, onlySpaces });
  const work = useWork();
  const address = ADDRESS.test(term.trim()) ? term.trim() : "";
  const go = (roomId: string) => {
    close();
    openRoom(roomId);
  };
  const join = async (room: string) => {
    setJoining(room);
    await work.act(async () =>
      go(await client.rooms.join(room, server && !room.startsWith("#") ? [server] : [])),
    );
    setJoining("");
  };
  const act = (room: RoomPreview) => {
    const what = actOf(client, room);
    if (what === "open") go(room.id);
    else if (what === "knock") setKnocking(room);
    else void join(room.id);
  };
  if (knocking !== null) {
    return <KnockDialog room={knocking} via={server ? [server] : []} onClose={() => setKnocking(null)} />;
  }
  return (
    <Dialog open onClose={close} size="wide" title={t("dialogs.directory_title")}>
      <div className={styles.head}>
        <TextField
          autoFocus
          className={styles.find}
          label={t("dialogs.directory_search")}
          labelHidden
          type="search"
          icon="search"
          placeholder={t("dialogs.directory_search")}
          value={term}
          onChange={setTerm}
          onKeyDown={(event) => event.key === "Enter" && address && void join(address)}
        />
        <ServerChoice server={server} onChange={setServer} />
      </div>
      <SpacesOnly checked={onlySpaces} onChange={setOnlySpaces} />
      <ErrorLine error={work.error || directory.error} />
      {address && (
        <ListRow
          start={<Icon name="hash" />}
          title={t("dialogs.directory_alias", address)}
          onClick={() => void join(address)}
        />
      )}
      <div className={styles.rooms}>
        {directory.rooms.map((room) => (
          <RoomCard
            key={room.id}
            room={room}
            act={actOf(client, room)}
            isBusy={joining === room.id}
            disabled={joining !== ""}
            onAct={() => act(room)}
          />
        ))}
        {directory.isLoading && directory.rooms.length === 0 && <Skeleton rows={6} pictures />}
        {!directory.isLoading && !directory.error && directory.rooms.length === 0 && !address && (
          <EmptyState icon="compass" title={t("main.search.none")} text={t("dialogs.directory_empty")} />
        )}
        {directory.hasMore && <MoreMark key={directory.rooms.length} onSeen={directory.more} />}
      </div>
    </Dialog>
  );
}

/** Loads more when it comes into view. */
function MoreMark({ onSeen }: { readonly onSeen: () => void }) {
  const [mark, setMark] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (mark === null) return;
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) onSeen();
    });
    watch.observe(mark);
    return () => watch.disconnect();
  }, [mark, onSeen]);
  return (
    <div ref={setMark}>
      <Skeleton rows={1} pictures />
    </div>
  );
}
