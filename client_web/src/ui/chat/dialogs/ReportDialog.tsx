import { useState } from "react";
import { useClient } from "../../../state/ChatContext";
import { t } from "../../../words";
import { Button, Dialog, showToast, TextArea } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";

/** Tell whoever runs the server of a message. */
export default function ReportDialog() {
  const { outbox } = useClient();
  const { close, text } = useDialog();
  const [reason, setReason] = useState("");
  const report = async (): Promise<void> => {
    if (!(await act(outbox.report(text("roomId"), text("eventId"), reason.trim())))) return;
    showToast(t("chat.report.done"), { kind: "success" });
    close();
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("chat.report.title")}
      description={t("chat.report.text")}
      actions={
        <>
          <Button onClick={close}>{t("control.cancel")}</Button>
          <Button kind="danger" onClick={() => void report()}>
            {t("chat.report.action")}
          </Button>
        </>
      }
    >
      <TextArea
        label={t("chat.report.reason")}
        value={reason}
        onChange={setReason}
        rows={4}
        maxLength={2000}
        autoFocus
      />
    </Dialog>
  );
}
