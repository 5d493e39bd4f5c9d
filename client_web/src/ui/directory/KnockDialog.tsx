import { useState } from "react";
import type { RoomPreview } from "../../matrix/rooms";
import { useChat } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, showToast, TextArea } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";

interface KnockDialogProps {
  readonly room: RoomPreview;
  readonly via: readonly string[];
  readonly onClose: () => void;
}

/** Asks to be let in, with a word on who one is. */
export function KnockDialog({ room, via, onClose }: KnockDialogProps) {
  const { rooms } = useChat().client;
  const [reason, setReason] = useState("");
  const work = useWork();
  const knock = async () => {
    if (!(await work.act(() => rooms.knock(room.id, via, reason.trim())))) return;
    showToast(t("dialogs.knock_done"), { kind: "success" });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("dialogs.knock_title", room.name)}
      actions={
        <>
          <Button onClick={onClose}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" busy={work.busy} onClick={() => void knock()}>
            {t("dialogs.knock_submit")}
          </Button>
        </>
      }
    >
      <ErrorLine error={work.error} />
      <TextArea
        autoFocus
        label={t("dialogs.knock_reason")}
        rows={3}
        value={reason}
        onChange={setReason}
        maxLength={500}
      />
    </Dialog>
  );
}
