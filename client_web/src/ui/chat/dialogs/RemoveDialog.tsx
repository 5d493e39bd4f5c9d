import { useId, useState } from "react";
import type { Outbox } from "../../../matrix/outbox";
import { useClient } from "../../../state/ChatContext";
import { t } from "../../../words";
import { Button, Dialog, TextField } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import { act } from "../../shell/act";

/** Ask before a message, or several that were picked, are removed, for everybody and for good. */
export default function RemoveDialog() {
  const { outbox } = useClient();
  const { close, text, texts, details } = useDialog();
  const [reason, setReason] = useState("");
  const form = useId();
  const many = texts("eventIds");
  const eventIds = many.length > 0 ? many : [text("eventId")];
  const remove = (): void => {
    close();
    if (typeof details.onDone === "function") details.onDone();
    void act(removeAll(outbox, text("roomId"), eventIds, reason.trim()));
  };
  return (
    <Dialog
      open
      onClose={close}
      title={many.length > 0 ? t("main.select.remove_title", { n: many.length }) : t("chat.remove.title")}
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

async function removeAll(
  outbox: Outbox,
  roomId: string,
  eventIds: readonly string[],
  reason: string,
): Promise<void> {
  for (const eventId of eventIds) await outbox.remove(roomId, eventId, reason);
}
