import { loadMediaSpace, type MediaSpace } from "../../matrix/admin/media";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { bytesText, number, spanText } from "./format";
import { LoadedView } from "./LoadedView";
import { MediaCleaning } from "./MediaCleaning";
import { MediaFiles } from "./MediaFiles";
import { MediaUsers } from "./MediaUsers";
import styles from "./MediaView.module.css";

/** Files: how much space they take, whose they are, and cleaning up. */
export function MediaView() {
  const { api } = useAdmin();
  const space = useLoaded(() => loadMediaSpace(api), "space");
  return (
    <>
      <LoadedView of={space} rows={2}>
        {(value) => <SpaceFigures space={value} />}
      </LoadedView>
      <div className={styles.halves}>
        <MediaUsers />
        <MediaCleaning onChanged={space.reload} />
      </div>
      <MediaFiles />
    </>
  );
}

function SpaceFigures({ space }: { readonly space: MediaSpace }) {
  const figures = [
    {
      label: t("admin.media.local"),
      value: bytesText(space.localBytes),
      note: t("admin.media.filesKept", number(space.localFiles), keptText(space.localKeptMs)),
    },
    {
      label: t("admin.media.remote"),
      value: bytesText(space.remoteBytes),
      note: t("admin.media.filesKept", number(space.remoteFiles), keptText(space.remoteKeptMs)),
    },
    {
      label: t("admin.media.stored"),
      value: bytesText(space.mediaBytes),
      note: t("admin.media.storedNote"),
    },
    {
      label: t("admin.media.quarantined"),
      value: number(space.quarantinedFiles),
      note: t("admin.media.quarantinedNote"),
    },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map((figure) => (
        <div key={figure.label} className={styles.figure}>
          <dt className={styles.label}>{figure.label}</dt>
          <dd className={styles.value}>{figure.value}</dd>
          <dd className={styles.label}>{figure.note}</dd>
        </div>
      ))}
    </dl>
  );
}

function keptText(ms: number | null): string {
  return ms === null ? t("admin.media.keptForEver") : t("admin.media.keptFor", spanText(ms));
}
