import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import type { Homeserver } from "../../matrix/discovery";
import { MIN_PASSWORD, resetPassword } from "../../matrix/register";
import { useAct } from "../../state/useAct";
import { t } from "../../words";
import { Banner, Button, Checkbox, TextField } from "../controls";
import { CardPage } from "../pages/CardPage";
import styles from "./login.module.css";
import { ServerRow } from "./ServerRow";
import { StageForm, stageWords } from "./StageForm";
import { usePrompt } from "./usePrompt";

interface ForgotCardProps {
  readonly homeserver: Homeserver;
}

/** A new password for an account whose e-mail address can be proved. */
export function ForgotCard({ homeserver }: ForgotCardProps) {
  const [password, setPassword] = useState("");
  const [isEverywhere, setEverywhere] = useState(true);
  const [isDone, setDone] = useState(false);
  const prompt = usePrompt();
  const act = useAct();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (password.length < MIN_PASSWORD) {
      act.setError(t("login.register_password_weak", MIN_PASSWORD));
      return;
    }
    act.run(() =>
      prompt.during(async () => {
        await resetPassword(homeserver.url, password, isEverywhere, prompt.ask);
        setDone(true);
      }),
    );
  };
  const back = (
    <Link href="/login" className={styles.link}>
      {t("login.back")}
    </Link>
  );
  if (isDone) {
    return (
      <CardPage title={t("login.forgot_title")} lead={t("login.forgot_done")}>
        <Link href="/login" className={styles.link}>
          {t("login.sign_in")}
        </Link>
      </CardPage>
    );
  }
  if (prompt.stage !== null) {
    const { title, lead } = stageWords(prompt.stage);
    return (
      <CardPage
        title={title}
        lead={prompt.stage.kind === "email" ? t("web.forgot_email_lead") : lead}
        corner={back}
      >
        <StageForm prompt={prompt} stage={prompt.stage} homeserverUrl={homeserver.url} />
      </CardPage>
    );
  }
  return (
    <CardPage title={t("login.forgot_title")} lead={t("login.forgot_lead")} corner={back}>
      {act.error && <Banner kind="danger">{act.error}</Banner>}
      <ServerRow homeserver={homeserver} />
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField
          label={t("login.forgot_new")}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={t("login.register_password_hint", MIN_PASSWORD)}
          autoFocus
        />
        <Checkbox label={t("login.forgot_sign_out")} checked={isEverywhere} onChange={setEverywhere} />
        <Button kind="primary" wide type="submit" busy={act.busy}>
          {t("login.forgot_submit")}
        </Button>
      </form>
    </CardPage>
  );
}
