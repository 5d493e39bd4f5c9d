import { type FormEvent, useState } from "react";
import { checkServer, type ServerStep } from "../../matrix/admin/federation";
import { errorWords } from "../../matrix/errors";
import { useAdmin } from "../../state/admin/AdminContext";
import { t, type WordId } from "../../words";
import { Banner, Button, classNames, Icon, Skeleton, TextField } from "../controls";
import { Card } from "./Card";
import { spanText } from "./format";
import styles from "./ServerCheck.module.css";
import toolbar from "./Toolbar.module.css";

const KNOWN_STEPS = ["well-known", "discovery", "addresses", "TLS", "version", "keys", "signing", "time"];

type Outcome =
  | { readonly kind: "steps"; readonly server: string; readonly steps: readonly ServerStep[] }
  | { readonly kind: "failed"; readonly error: unknown };

/** Look for another server step by step, from its name to its keys. */
export function ServerCheck() {
  const { api } = useAdmin();
  const [server, setServer] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const check = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const name = server.trim();
    if (!name) return;
    setBusy(true);
    setOutcome(null);
    try {
      setOutcome({ kind: "steps", server: name, steps: await checkServer(api, name) });
    } catch (error) {
      setOutcome({ kind: "failed", error });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t("admin.federation.check")}>
      <form className={toolbar.bar} onSubmit={(event) => void check(event)}>
        <TextField
          label={t("admin.federation.checkName")}
          labelHidden
          icon="server"
          placeholder={t("admin.federation.checkHint")}
          value={server}
          onChange={setServer}
          autoCapitalize="off"
          spellCheck={false}
          className={toolbar.grow}
        />
        <Button type="submit" kind="primary" busy={isBusy} disabled={!server.trim()}>
          {t("admin.federation.checkDo")}
        </Button>
      </form>
      {isBusy && <Skeleton rows={4} />}
      {outcome?.kind === "failed" && <Banner kind="danger">{errorWords(outcome.error)}</Banner>}
      {outcome?.kind === "steps" && <Steps server={outcome.server} steps={outcome.steps} />}
    </Card>
  );
}

function Steps({ server, steps }: { readonly server: string; readonly steps: readonly ServerStep[] }) {
  const isFine = steps.length > 0 && steps.every((step) => step.works !== false);
  return (
    <>
      <Banner kind={isFine ? "success" : "danger"}>
        {t(isFine ? "admin.federation.reached" : "admin.federation.notReached", server)}
      </Banner>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps come in their order, and some twice
          <li key={index} className={styles.step}>
            <span className={classNames(styles.mark, step.works === false && styles.fails)}>
              <Icon name={markOf(step)} size="small" />
            </span>
            <span className={styles.words}>
              <strong>{nameOf(step)}</strong> <span lang="en">{step.words}</span>
            </span>
            <span className={styles.took}>{step.tookMs === null ? "" : spanText(step.tookMs)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function markOf(step: ServerStep): string {
  if (step.works === null) return "info";
  return step.works ? "circle-check" : "circle-x";
}

function nameOf(step: ServerStep): string {
  return KNOWN_STEPS.includes(step.step)
    ? t(`admin.step.${step.step.toLowerCase().replace("-", "_")}` as WordId)
    : step.step;
}
