import { useState } from "react";
import { Link } from "wouter";
import { type Check, sendTestMail } from "../../matrix/admin/checks";
import { useAdmin } from "../../state/admin/AdminContext";
import { t, type WordId } from "../../words";
import { Button, classNames, Icon, TextField } from "../controls";
import { Card } from "./Card";
import { adviceOf, wordsOf } from "./checkWords";
import { DefaultRooms } from "./DefaultRooms";
import form from "./Form.module.css";
import { InviteFirst } from "./InviteFirst";
import { LoadedView } from "./LoadedView";
import styles from "./SetupView.module.css";
import toolbar from "./Toolbar.module.css";
import { useAct } from "./useAct";

const ICONS = { ok: "circle-check", warn: "triangle-alert", fail: "circle-x" } as const;

/** What a new server wants looked at, step by step; good to come back to. */
export function SetupView() {
  const { checks } = useAdmin();
  return (
    <>
      <p className={form.note}>{t("admin.setup.text")}</p>
      <Card
        title={t("admin.setup.checks")}
        end={
          <Button icon="refresh-cw" busy={checks.isLoading} onClick={() => void checks.reload()}>
            {t("admin.checks.again")}
          </Button>
        }
      >
        <LoadedView of={checks} rows={7}>
          {(found) => (
            <ul className={styles.checks}>
              {found.map((check) => (
                <CheckLine key={check.check} check={check} />
              ))}
            </ul>
          )}
        </LoadedView>
      </Card>
      <div className={form.halves}>
        <DefaultRooms />
        <InviteFirst />
      </div>
      <Link href="/admin">{t("admin.setup.toOverview")}</Link>
    </>
  );
}

function CheckLine({ check }: { readonly check: Check }) {
  const advice = adviceOf(check);
  return (
    <li className={styles.check}>
      <span className={classNames(styles.mark, styles[check.result])}>
        <Icon name={ICONS[check.result]} />
      </span>
      <div className={styles.words}>
        <h3 className={styles.name}>
          {t(`admin.check.${check.check}` as WordId)}
          <span className="visually-hidden"> {t(`admin.result.${check.result}` as WordId)}</span>
        </h3>
        <p>{wordsOf(check)}</p>
        {advice && <p className={styles.advice}>{advice}</p>}
        {check.finding === "mail_fine" && <TestMail />}
      </div>
    </li>
  );
}

function TestMail() {
  const { api } = useAdmin();
  const act = useAct();
  const [address, setAddress] = useState("");
  const send = (): Promise<boolean> => act.run(() => sendTestMail(api, address.trim()), t("admin.mail.sent"));
  return (
    <form
      className={toolbar.bar}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextField
        label={t("admin.mail.address")}
        labelHidden
        type="email"
        placeholder={t("admin.mail.address")}
        value={address}
        onChange={setAddress}
        className={toolbar.grow}
      />
      <Button type="submit" busy={act.isBusy} disabled={!address.includes("@")}>
        {t("admin.mail.send")}
      </Button>
    </form>
  );
}
