import { useEffect } from "react";
import { errorWords } from "../../matrix/errors";
import { finishOAuth, isOAuthAnswer } from "../../matrix/oauth";
import { finishSso } from "../../matrix/sso";
import type { Session } from "../../matrix/types";
import { useAuth } from "../../state/AuthContext";
import { deviceName } from "../../state/deviceName";
import { t } from "../../words";
import { Skeleton } from "../controls";
import { CardPage } from "../pages/CardPage";

interface FinishTripProps {
  /** What stands behind the `?` of the address that the browser came back to. */
  readonly query: string;
  readonly onSignedIn: (session: Session) => Promise<void>;
  readonly onFailed: (problem: string) => void;
}

/** A code is good once: however often this is drawn, it is shown to the server once. */
let finishing: { readonly query: string; readonly result: Promise<Session> } | null = null;

/** The browser is back from another page: sign in with what it brought. */
export function FinishTrip({ query, onSignedIn, onFailed }: FinishTripProps) {
  const { sessions } = useAuth();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    finishing = finishing?.query === query ? finishing : { query, result: finish(query, sessions) };
    let isShown = true;
    finishing.result
      .then(async (session) => {
        if (isShown) await onSignedIn(session);
      })
      .catch((error: unknown) => {
        if (isShown) onFailed(errorWords(error));
      });
    return () => {
      isShown = false;
    };
  }, [query]);
  return (
    <CardPage title={t("web.sign_in_finishing")}>
      <Skeleton rows={3} />
    </CardPage>
  );
}

function finish(query: string, sessions: readonly Session[]): Promise<Session> {
  const answer = new URLSearchParams(query);
  return isOAuthAnswer(answer) ? finishOAuth(answer) : finishSso(answer, deviceName(), sessions);
}
