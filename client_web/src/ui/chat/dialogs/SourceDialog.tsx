import { useState } from "react";
import { errorWords } from "../../../matrix/errors";
import { useClient } from "../../../state/ChatContext";
import { useLoaded } from "../../../state/useLoaded";
import { t } from "../../../words";
import { Banner, Button, Dialog, Skeleton, showToast, Tabs } from "../../controls";
import { useDialog } from "../../dialogs/useDialog";
import styles from "./dialogs.module.css";

/** An event as the server sent it, and decrypted: for developers. */
export default function SourceDialog() {
  const { timelines } = useClient();
  const { close, text } = useDialog();
  const [roomId, eventId] = [text("roomId"), text("eventId")];
  const source = useLoaded(() => timelines.source(roomId, eventId), `${roomId} ${eventId}`);
  const [shown, setShown] = useState<"wire" | "clear">("wire");
  const wire = JSON.stringify(source.value?.wire, null, 2) ?? "";
  const clear = source.value?.clear ? JSON.stringify(source.value.clear, null, 2) : "";
  const copy = (): void => {
    void navigator.clipboard
      .writeText(shown === "clear" ? clear : wire)
      .then(() => showToast(t("control.copied")));
  };
  return (
    <Dialog
      open
      onClose={close}
      size="wide"
      title={t("main.source.event")}
      actions={
        <Button icon="copy" onClick={copy}>
          {t("main.action.copy")}
        </Button>
      }
    >
      {source.error !== undefined && <Banner kind="danger">{errorWords(source.error)}</Banner>}
      {source.isLoading && <Skeleton rows={5} />}
      {source.value && !clear && <Json text={wire} />}
      {source.value && clear && (
        <Tabs
          label={t("main.source.event")}
          value={shown}
          onChange={setShown}
          tabs={[
            { value: "wire", label: t("main.source.wire"), content: <Json text={wire} /> },
            { value: "clear", label: t("main.source.clear"), content: <Json text={clear} /> },
          ]}
        />
      )}
    </Dialog>
  );
}

function Json({ text }: { readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <pre className={styles.source} dir="ltr" tabIndex={0}>
      {text}
    </pre>
  );
}
