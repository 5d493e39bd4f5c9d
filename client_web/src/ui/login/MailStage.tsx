import type { Stage, StageAnswer } from "../../matrix/stages";
import { t } from "../../words";
import { Button } from "../controls";
import styles from "./login.module.css";

interface MailStageProps {
  readonly stage: Stage;
  readonly busy: boolean;
  readonly onAnswer: (answer: StageAnswer) => void;
}

/** A mail is on its way: its link is to be followed. */
export function MailStage({ stage, busy, onAnswer }: MailStageProps) {
  return (
    <>
      <Button kind="primary" wide autoFocus busy={busy} onClick={() => onAnswer({ kind: "done" })}>
        {t("login.stage_email_done")}
      </Button>
      <button
        type="button"
        className={styles.link}
        disabled={busy}
        onClick={() => onAnswer({ kind: "email", address: stage.email })}
      >
        {t("web.stage_mail_again")}
      </button>
    </>
  );
}
