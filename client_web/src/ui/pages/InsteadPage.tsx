import { errorWords } from "../../matrix/errors";
import { openAgain, type Running, takeOver } from "../../matrix/runner";
import { t } from "../../words";
import { Banner, Button } from "../controls";
import { useSignOut } from "../login/useSignOut";
import { CardPage } from "./CardPage";
import { OpeningPage } from "./OpeningPage";

interface InsteadPageProps {
  readonly now: Running;
}

/** What is shown while an account has no client here: why, and what to do. */
export function InsteadPage({ now }: InsteadPageProps) {
  const signOut = useSignOut();
  if (now.kind === "elsewhere") {
    return (
      <CardPage title={t("web.elsewhere_title")} lead={t("web.elsewhere_text")}>
        <Button kind="primary" wide onClick={() => void takeOver()}>
          {t("web.elsewhere_here")}
        </Button>
      </CardPage>
    );
  }
  if (now.kind === "failed") {
    return (
      <CardPage title={t("web.failed_title")} lead={t("web.signed_in_as", now.session.userId)}>
        <Banner kind="danger">{errorWords(now.error)}</Banner>
        <Button kind="primary" wide onClick={() => void openAgain()}>
          {t("web.failed_again")}
        </Button>
        <Button wide onClick={() => void signOut(now.session.userId, "none")}>
          {t("web.failed_sign_out")}
        </Button>
      </CardPage>
    );
  }
  return <OpeningPage />;
}
