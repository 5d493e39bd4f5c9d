import { useEffect, useState } from "react";
import type { Stage } from "../../matrix/stages";
import { t } from "../../words";
import { Banner, Button } from "../controls";

interface BrowserStageProps {
  readonly stage: Stage;
  /** Whose page it is. */
  readonly origin: string;
  readonly onDone: () => void;
}

/** A page of the server does it, such as a captcha; it says when it is done, or the user does. */
export function BrowserStage({ stage, origin, onDone }: BrowserStageProps) {
  const [isBlocked, setBlocked] = useState(false);
  useEffect(() => {
    const hear = (event: MessageEvent): void => {
      if (event.origin === origin && event.data === "authDone") onDone();
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [origin, onDone]);
  // The page tells the window that opened it when it is done, so it has to know that window.
  const open = (): void => setBlocked(window.open(stage.url, "parlour-stage") === null);
  return (
    <>
      {isBlocked && <Banner kind="warning">{t("web.pop_up_blocked")}</Banner>}
      <Button kind="primary" wide icon="external-link" onClick={open}>
        {t("login.stage_browser_open")}
      </Button>
      <Button wide onClick={onDone}>
        {t("login.stage_browser_done")}
      </Button>
    </>
  );
}
