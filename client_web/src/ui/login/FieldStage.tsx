import { type FormEvent, useState } from "react";
import type { Stage, StageAnswer } from "../../matrix/stages";
import { t } from "../../words";
import { Button, TextField } from "../controls";
import styles from "./login.module.css";

interface FieldStageProps {
  readonly stage: Stage;
  readonly busy: boolean;
  readonly onAnswer: (answer: StageAnswer) => void;
}

/** A stage that one line answers: an invitation code, or an e-mail address. */
export function FieldStage({ stage, busy, onAnswer }: FieldStageProps) {
  const [text, setText] = useState("");
  const isMail = stage.kind === "email";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = text.trim();
    if (given) onAnswer(isMail ? { kind: "email", address: given } : { kind: "token", token: given });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label={t(isMail ? "login.stage_email_field" : "login.stage_token_field")}
        type={isMail ? "email" : "text"}
        autoComplete={isMail ? "email" : "off"}
        autoCapitalize="none"
        spellCheck={false}
        value={text}
        onChange={setText}
        autoFocus
      />
      <Button kind="primary" wide type="submit" busy={busy} disabled={!text.trim()}>
        {t(isMail ? "login.stage_email_send" : "login.stage_continue")}
      </Button>
    </form>
  );
}
