import { useState } from "react";
import type { Meeting, MeetingStage, QrMeeting } from "../../matrix/qr/meeting";
import { useChat } from "../../state/ChatContext";
import { t, type WordId } from "../../words";
import { Button, Dialog, Icon } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import { QrSteps } from "./QrSteps";
import styles from "./qr.module.css";
import { useMeeting } from "./useMeeting";

/** Letting another device of one's own sign in. */
export default function LetInDialog() {
  const { client, openDialog } = useChat();
  const [meeting] = useState(() => client.crypto.letIn());
  const shown = useMeeting(meeting);
  const close = (): void => openDialog(null);
  const lead = LEADS[shown.stage];
  return (
    <Dialog
      open
      onClose={close}
      title={t(TITLES[shown.stage] ?? "dialogs.let_in_title")}
      description={lead && t(lead)}
      actions={<Actions meeting={meeting} shown={shown} onClose={close} />}
    >
      <ErrorLine error={shown.error} />
      <QrSteps meeting={meeting} shown={shown} />
      {shown.stage === "done" && (
        <span className={styles.mark}>
          <Icon name="shield-check" />
        </span>
      )}
    </Dialog>
  );
}

interface ActionsProps {
  readonly meeting: QrMeeting;
  readonly shown: Meeting;
  readonly onClose: () => void;
}

function Actions({ meeting, shown, onClose }: ActionsProps) {
  if (shown.stage === "done") {
    return (
      <Button kind="primary" onClick={onClose}>
        {t("encryption.done_close")}
      </Button>
    );
  }
  return (
    <>
      <Button onClick={onClose}>{t("encryption.cancel")}</Button>
      {shown.stage === "page" && (
        // Only a click may open a page: browsers block those that open by themselves.
        <Button
          kind="primary"
          icon="external-link"
          onClick={() => window.open(shown.page, "_blank", "noopener,noreferrer")}
        >
          {t("web.let_in_open_page")}
        </Button>
      )}
      {shown.stage === "failed" && (
        <Button kind="primary" onClick={() => meeting.show()}>
          {t("login.qr_again")}
        </Button>
      )}
    </>
  );
}

const TITLES: Partial<Record<MeetingStage, WordId>> = {
  type: "login.qr_type_title",
  digits: "login.qr_digits_title",
  page: "web.let_in_page_title",
  done: "dialogs.let_in_done_title",
  failed: "login.qr_failed_title",
};
const LEADS: Partial<Record<MeetingStage, WordId>> = {
  code: "dialogs.let_in_lead",
  scan: "dialogs.let_in_scan_lead",
  type: "dialogs.let_in_type_lead",
  digits: "dialogs.let_in_digits_lead",
  page: "web.let_in_page_lead",
  done: "dialogs.let_in_done_lead",
};
