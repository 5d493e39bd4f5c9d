import { useState } from "react";
import { Link } from "wouter";
import type { Homeserver } from "../../matrix/discovery";
import { handOver } from "../../matrix/qr/handedOver";
import type { MeetingStage } from "../../matrix/qr/meeting";
import { signInMeeting } from "../../matrix/qr/signIn";
import type { Session } from "../../matrix/types";
import { serverNamed } from "../../state/homeserver";
import { t, type WordId } from "../../words";
import { Banner, Button } from "../controls";
import styles from "../login/login.module.css";
import { CardPage } from "../pages/CardPage";
import { QrSteps } from "./QrSteps";
import { useMeeting } from "./useMeeting";

interface QrSignInCardProps {
  readonly homeserver: Homeserver;
  readonly onSignedIn: (session: Session) => Promise<void>;
}

/** Signing in with the help of a device that is signed in. */
export default function QrSignInCard({ homeserver, onSignedIn }: QrSignInCardProps) {
  const [meeting] = useState(() =>
    signInMeeting({
      homeserverUrl: homeserver.url,
      find: serverNamed,
      enter: async ({ session, secrets }) => {
        handOver(session, secrets);
        await onSignedIn(session);
      },
    }),
  );
  const shown = useMeeting(meeting);
  const lead = LEADS[shown.stage];
  return (
    <CardPage
      title={t(TITLES[shown.stage] ?? "login.qr_title")}
      lead={lead && t(lead)}
      corner={
        <Link href="/login" className={styles.link}>
          {t("login.back")}
        </Link>
      }
    >
      {shown.error && <Banner kind="danger">{shown.error}</Banner>}
      <QrSteps meeting={meeting} shown={shown} />
      {shown.stage === "failed" && (
        <Button kind="primary" wide onClick={() => meeting.show()}>
          {t("login.qr_again")}
        </Button>
      )}
    </CardPage>
  );
}

const TITLES: Partial<Record<MeetingStage, WordId>> = {
  scan: "login.qr_scan_title",
  type: "login.qr_type_title",
  digits: "login.qr_digits_title",
  page: "login.qr_page_title",
  failed: "login.qr_failed_title",
};
const LEADS: Partial<Record<MeetingStage, WordId>> = {
  preparing: "login.qr_preparing",
  code: "login.qr_lead",
  scan: "login.qr_scan_lead",
  type: "login.qr_type_lead",
  digits: "login.qr_digits_lead",
  page: "login.qr_page_lead",
  done: "login.qr_preparing",
};
