import { errorWords } from "../../../matrix/errors";
import { useClient } from "../../../state/ChatContext";
import { fullTime } from "../../../state/times";
import { useLoaded } from "../../../state/useLoaded";
import { t } from "../../../words";
import { Banner, Dialog, Skeleton } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { RichText } from "../text/RichText";
import styles from "./dialogs.module.css";

/** What a message said before it was changed, the newest version first. */
export default function HistoryDialog() {
  const { timelines } = useClient();
  const { close, text } = useDialog();
  const [roomId, eventId] = [text("roomId"), text("eventId")];
  const source = useLoaded(() => timelines.source(roomId, eventId), `${roomId} ${eventId}`);
  const versions = [...(source.value?.versions ?? [])].reverse();
  return (
    <Dialog open onClose={close} title={t("main.source.history")}>
      {source.error !== undefined && <Banner kind="danger">{errorWords(source.error)}</Banner>}
      {source.isLoading && <Skeleton rows={3} />}
      {versions.map((version) => (
        <div key={version.atMs} className={styles.version}>
          <time>{fullTime(version.atMs)}</time>
          <RichText body={version.body} html={version.html} />
        </div>
      ))}
    </Dialog>
  );
}
