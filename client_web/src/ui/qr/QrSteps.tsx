import { type FormEvent, useCallback, useState } from "react";
import type { Meeting, QrMeeting } from "../../matrix/qr/meeting";
import { t } from "../../words";
import { Button, Progress, TextField } from "../controls";
import { QrCode } from "../encryption/QrCode";
import { QrScanner } from "../encryption/QrScanner";
import styles from "./qr.module.css";

interface QrStepsProps {
  readonly meeting: QrMeeting;
  readonly shown: Meeting;
}

/** What either of two devices shows while they meet. Its frame says the words above it. */
export function QrSteps({ meeting, shown }: QrStepsProps) {
  const scanned = useCallback(
    (code: Uint8ClampedArray) => void meeting.scan(new Uint8Array(code)),
    [meeting],
  );
  switch (shown.stage) {
    case "preparing":
      return <Progress label={t("login.qr_preparing")} labelHidden value={null} />;
    case "code":
      return (
        <div className={styles.steps}>
          {shown.code !== null && <QrCode data={shown.code} label={t("login.qr_code_name")} />}
          <Instead text={t("login.qr_scan_instead")} onClick={() => meeting.wantScan()} />
        </div>
      );
    case "scan":
      return (
        <div className={styles.steps}>
          <QrScanner onFound={scanned} />
          <Instead text={t("login.qr_show_instead")} onClick={() => meeting.show()} />
        </div>
      );
    case "type":
      return <TypeDigits onTyped={(digits) => meeting.typeDigits(digits)} />;
    case "digits":
      return (
        <div className={styles.steps}>
          <p className={styles.digits}>
            <span aria-hidden="true" data-testid="digits">
              {shown.digits}
            </span>
            <span className="visually-hidden">{[...shown.digits].join(" ")}</span>
          </p>
          <UserCode code={shown.userCode} />
        </div>
      );
    case "page":
      return (
        <div className={styles.steps}>
          <Progress label={t("login.qr_preparing")} labelHidden value={null} />
          <UserCode code={shown.userCode} />
        </div>
      );
    default:
      return null;
  }
}

function Instead({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <button type="button" className={styles.link} onClick={onClick}>
      {text}
    </button>
  );
}

function UserCode({ code }: { readonly code: string }) {
  return code && <p className={styles.note}>{t("login.qr_user_code", code)}</p>;
}

const DIGITS = 2;

function TypeDigits({ onTyped }: { readonly onTyped: (digits: string) => void }) {
  const [digits, setDigits] = useState("");
  const isWhole = digits.length === DIGITS;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWhole) onTyped(digits);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        label={t("login.qr_type_field")}
        value={digits}
        onChange={(typed) => setDigits(typed.replace(/\D/g, "").slice(0, DIGITS))}
        inputMode="numeric"
        autoComplete="off"
        autoFocus
      />
      <Button kind="primary" wide type="submit" disabled={!isWhole}>
        {t("login.qr_continue")}
      </Button>
    </form>
  );
}
