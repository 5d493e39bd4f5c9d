import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { openExportSink } from "../../state/exportSink";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Progress, showToast } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";
import { Group } from "./Group";
import { SettingRow } from "./SettingRow";

/** Everything that the server keeps of the account, as a file. */
export function DataContent() {
  const { account } = useClient();
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number } | null>(null);
  const { act, busy, error } = useWork();
  const download = async (): Promise<void> => {
    const isDone = await act(async () => {
      const sink = await openExportSink("parlour-account.zip");
      setProgress({ done: 0, total: 0 });
      try {
        await account.exportData(sink, (done, total) => setProgress({ done, total }));
        await sink.close();
      } catch (problem) {
        await sink.abort();
        throw problem;
      }
    });
    setProgress(null);
    if (isDone) showToast(t("account.data_done"), { kind: "success" });
  };
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("account.data_lead")}</p>
      <ErrorLine error={error} />
      <Group>
        <SettingRow icon="archive" title={t("account.data_title")} text={t("account.data_text")}>
          <Button kind="primary" icon="download" busy={busy} onClick={() => void download()}>
            {t("account.data_submit")}
          </Button>
        </SettingRow>
        {progress !== null && (
          <Progress
            label={t("account.data_working")}
            value={progress.total > 0 ? progress.done / progress.total : null}
            {...(progress.total > 0 && { note: t("account.data_progress", progress.done, progress.total) })}
          />
        )}
      </Group>
    </div>
  );
}
