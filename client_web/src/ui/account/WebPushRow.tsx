import type { WebPushState } from "../../matrix/webpush";
import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t, type WordId } from "../../words";
import { Switch } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";

const HINTS: Readonly<Partial<Record<WebPushState, WordId>>> = {
  insecure: "push.insecure",
  unavailable: "push.unavailable",
  denied: "push.denied",
};

/** Whether this browser is notified while no page of Parlour is open. */
export function WebPushRow() {
  const { webPush } = useClient();
  const state = useValue(webPush.state);
  const { act, busy, error } = useWork();
  const isOpen = state === "on" || state === "off";
  return (
    <>
      <Switch
        label={t("push.title")}
        hint={t(HINTS[state] ?? "push.text")}
        checked={state === "on"}
        disabled={!isOpen || busy}
        onChange={(wanted) => void act(() => (wanted ? webPush.turnOn() : webPush.turnOff()))}
      />
      {error && <ErrorLine error={error} />}
    </>
  );
}
