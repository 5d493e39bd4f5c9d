import { useEffect, useRef, useState } from "react";
import type { Stage } from "../../matrix/stages";
import { t } from "../../words";
import { Banner, Button } from "../controls";

interface BrowserStageProps {
  readonly stage: Stage;
  readonly busy: boolean;
  /** Whose page it is. */
  readonly origin: string;
  readonly onDone: () => void;
}

/** A page of the server does it, such as a captcha; it says when it is done, or the user does. */
export function BrowserStage({ stage, busy, origin, onDone }: BrowserStageProps) {
  const [isBlocked, setBlocked] = useState(false);
  const opened = useRef<Window | null>(null);
  useEffect(() => {
    const hear = (event: MessageEvent): void => {
      if (event.origin !== origin || event.data !== "authDone") return;
      opened.current?.close();
      onDone();
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [origin, onDone]);
  // The page tells the window that opened it when it is done, so it has to know that window.
  const open = (): void => {
    opened.current = window.open(stage.url, "parlour-stage");
    setBlocked(opened.current === null);
  };
  return (
    <>
      {isBlocked && <Banner kind="warning">{t("web.pop_up_blocked")}</Banner>}
      <Button kind="primary" wide icon="external-link" disabled={busy} onClick={open}>
        {t("login.stage_browser_open")}
      </Button>
      <Button wide busy={busy} onClick={onDone}>
        {t("login.stage_browser_done")}
      </Button>
    </>
  );
}
