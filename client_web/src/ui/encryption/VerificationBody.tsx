import type { Verification } from "../../matrix/crypto";
import { t } from "../../words";
import { Progress } from "../controls";
import { EmojiGrid } from "./EmojiGrid";
import styles from "./encryption.module.css";
import { QrCode } from "./QrCode";
import { QrScanner } from "./QrScanner";
import { Shield } from "./Shield";

interface VerificationBodyProps {
  readonly verification: Verification;
  readonly isScanning: boolean;
  readonly onFound: (code: Uint8ClampedArray) => void;
}

/** What is looked at in a verification's present stage. */
export function VerificationBody({ verification, isScanning, onFound }: VerificationBodyProps) {
  const { stage, incoming, emoji, numbers, qrCode } = verification;
  switch (stage) {
    case "requested":
      return incoming ? null : <Waiting />;
    case "started":
    case "confirmed":
      return <Waiting />;
    case "ready":
      if (isScanning) return <QrScanner onFound={onFound} />;
      return qrCode === null ? null : (
        <div className={styles.centered}>
          <p>{t("encryption.choose_scan")}</p>
          <QrCode data={qrCode} label={t("encryption.choose_qr_name")} />
        </div>
      );
    case "compare":
      return <EmojiGrid emoji={emoji} numbers={numbers} />;
    case "done":
      return <Shield well />;
    case "cancelled":
      return <Shield well={false} />;
    case "scanned":
      return null;
  }
}

function Waiting() {
  return <Progress label={t("encryption.waiting_title")} labelHidden value={null} />;
}
