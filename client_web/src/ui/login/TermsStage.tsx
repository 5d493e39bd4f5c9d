import { useState } from "react";
import { policyText, type Stage } from "../../matrix/stages";
import { currentLanguage, t } from "../../words";
import { Button, Checkbox } from "../controls";
import styles from "./login.module.css";

interface TermsStageProps {
  readonly stage: Stage;
  readonly busy: boolean;
  readonly onDone: () => void;
}

/** Documents to read and to agree to, all of them. */
export function TermsStage({ stage, busy, onDone }: TermsStageProps) {
  const [agreed, setAgreed] = useState<ReadonlySet<string>>(new Set());
  const set = (id: string, isAgreed: boolean): void => {
    const next = new Set(agreed);
    if (isAgreed) next.add(id);
    else next.delete(id);
    setAgreed(next);
  };
  return (
    <>
      {stage.policies.map((policy) => {
        const { name, url } = policyText(policy, currentLanguage());
        return (
          <div key={policy.id} className={styles.policy}>
            <Checkbox
              label={t("login.stage_terms_agree", name)}
              checked={agreed.has(policy.id)}
              onChange={(isAgreed) => set(policy.id, isAgreed)}
            />
            <a className={styles.link} href={url} target="_blank" rel="noopener noreferrer">
              {t("login.stage_terms_read")}
              <span className="visually-hidden">
                {" "}
                {name} ({t("web.opens_new_tab")})
              </span>
            </a>
          </div>
        );
      })}
      <Button kind="primary" wide busy={busy} disabled={agreed.size < stage.policies.length} onClick={onDone}>
        {t("login.stage_continue")}
      </Button>
    </>
  );
}
