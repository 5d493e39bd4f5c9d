import { useId, useState } from "react";
import { useClient } from "../../../state/ChatContext";
import { t } from "../../../words";
import { Button, Dialog, TextField } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";

/** Ask before a message is removed, for everybody and for good. */
export default function RemoveDialog() {
  const { outbox } = useClient();
  const { close, text } = useDialog();
  const [reason, setReason] = useState("");
  const form = useId();
  const remove = (): void => {
    close();
    void act(outbox.remove(text("roomId"), text("eventId"), reason.trim()));
  };
  return (
    <Dialog
      open
      onClose={close}
      title={t("chat.remove.title")}
      description={t("chat.remove.text")}
      actions={
        <>
          <Button onClick={close}>{t("control.cancel")}</Button>
          <Button kind="danger" type="submit" form={form}>
            {t("chat.remove.action")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          remove();
        }}
      >
        <TextField
          label={t("chat.remove.reason")}
          value={reason}
          onChange={setReason}
          maxLength={500}
          autoFocus
        />
      </form>
    </Dialog>
  );
}
