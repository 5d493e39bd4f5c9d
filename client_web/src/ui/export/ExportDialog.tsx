import { useRef, useState } from "react";
import type { ExportFormat } from "../../matrix/export";
import { safeFileName } from "../../matrix/names";
import { useChat } from "../../state/ChatContext";
import { openExportSink } from "../../state/exportSink";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Checkbox, Dialog, Progress, showToast } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { ErrorLine } from "../encryption/ErrorLine";
import { RadioGroup } from "../room_settings/RadioGroup";

/** Takes a room's history along, decrypted: to read, or for programs. */
export default function ExportDialog() {
  const { client } = useChat();
  const { close, text } = useDialog();
  const roomId = text("roomId");
  const name = useValue(client.rooms.room(roomId), (room) => room?.name ?? "");
  const [format, setFormat] = useState<ExportFormat>("html");
  const [withFiles, setWithFiles] = useState(false);
  const [written, setWritten] = useState(0);
  const stop = useRef<AbortController | null>(null);
  const work = useWork();
  const write = async () => {
    const stopping = new AbortController();
    stop.current = stopping;
    const { signal } = stopping;
    const isDone = await work.act(async () => {
      const ending = withFiles ? "zip" : format === "text" ? "txt" : format;
      const sink = await openExportSink(`${safeFileName(name, "room")}.${ending}`);
      try {
        await client.rooms.exportHistory(roomId, sink, { format, withFiles, signal, onProgress: setWritten });
        await sink.close();
      } catch (error) {
        await sink.abort();
        throw error;
      }
    });
    if (!isDone) return;
    showToast(t("rooms.export_saved"), { kind: "success" });
    close();
  };
  const leave = () => {
    stop.current?.abort();
    close();
  };
  return (
    <Dialog
      open
      onClose={leave}
      title={t("dialogs.export_title", name)}
      actions={
        <>
          <Button onClick={leave}>{t(work.busy ? "rooms.export_stop" : "dialogs.cancel")}</Button>
          <Button kind="primary" busy={work.busy} onClick={() => void write()}>
            {t("dialogs.export_submit")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <RadioGroup<ExportFormat>
        label={t("dialogs.advanced_export")}
        labelHidden
        value={format}
        disabled={work.busy}
        onChange={setFormat}
        options={[
          { value: "html", label: t("dialogs.export_html") },
          { value: "text", label: t("dialogs.export_text") },
          { value: "json", label: t("dialogs.export_json") },
        ]}
      />
      <Checkbox
        label={t("dialogs.export_media")}
        checked={withFiles}
        disabled={work.busy}
        onChange={setWithFiles}
      />
      {work.busy && (
        <Progress
          label={t("dialogs.export_title", name)}
          labelHidden
          value={null}
          note={t("dialogs.export_progress", { n: written })}
        />
      )}
    </Dialog>
  );
}
