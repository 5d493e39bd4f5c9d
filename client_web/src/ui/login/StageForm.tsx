import { useCallback } from "react";
import type { Stage } from "../../matrix/stages";
import { t, type WordId } from "../../words";
import { Banner } from "../controls";
import { BrowserStage } from "./BrowserStage";
import { FieldStage } from "./FieldStage";
import styles from "./login.module.css";
import { MailStage } from "./MailStage";
import { TermsStage } from "./TermsStage";
import type { Prompt } from "./usePrompt";

interface StageFormProps {
  readonly prompt: Prompt;
  readonly stage: Stage;
  readonly homeserverUrl: string;
}

/** Return what a question is called, and what is said below that. */
export function stageWords(stage: Stage): { readonly title: string; readonly lead: string } {
  const name = NAMES[stage.kind] ?? (stage.type === "m.login.recaptcha" ? "captcha" : "browser");
  const title = t(`login.stage_${name}` as WordId);
  if (stage.kind === "email_sent") return { title, lead: t("login.stage_email_sent", stage.email) };
  return { title, lead: t(`login.stage_${name}_lead` as WordId) };
}

/** One question of a server's, and the fields for its answer. */
export function StageForm({ prompt, stage, homeserverUrl }: StageFormProps) {
  const { answer, isAnswered } = prompt;
  const done = useCallback(() => answer({ kind: "done" }), [answer]);
  return (
    <div className={styles.form}>
      {stage.errorWord && !isAnswered && (
        <Banner kind="danger">{t(`error.${stage.errorWord}` as WordId)}</Banner>
      )}
      {stage.kind === "terms" && <TermsStage stage={stage} busy={isAnswered} onDone={done} />}
      {stage.kind === "browser" && (
        <BrowserStage stage={stage} busy={isAnswered} origin={new URL(homeserverUrl).origin} onDone={done} />
      )}
      {stage.kind === "email_sent" && <MailStage stage={stage} busy={isAnswered} onAnswer={answer} />}
      {(stage.kind === "email" || stage.kind === "registration_token") && (
        <FieldStage key={stage.kind} stage={stage} busy={isAnswered} onAnswer={answer} />
      )}
      {stage.others.map((type) => (
        <button
          key={type}
          type="button"
          className={styles.link}
          disabled={isAnswered}
          onClick={() => answer({ kind: "another", type })}
        >
          {t(OTHERS[type] ?? "web.stage_other")}
        </button>
      ))}
    </div>
  );
}

const NAMES: Readonly<Partial<Record<Stage["kind"], string>>> = {
  terms: "terms",
  registration_token: "token",
  email: "email",
  email_sent: "email",
};
const OTHERS: Readonly<Record<string, WordId>> = {
  "m.login.registration_token": "web.stage_other_token",
  "m.login.email.identity": "web.stage_other_email",
};
