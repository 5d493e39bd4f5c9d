import { t } from "../../words";
import { Skeleton } from "../controls";
import { CardPage } from "../pages/CardPage";

/** The shape of the card, until the server has said how to sign in. */
export function LookingCard() {
  return (
    <CardPage title={t("login.welcome_title")} lead={t("login.welcome_lead")}>
      <Skeleton rows={4} />
    </CardPage>
  );
}
