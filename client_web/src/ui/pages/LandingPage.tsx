import { Link } from "wouter";
import { t } from "../../words";
import { CardPage } from "./CardPage";

export default function LandingPage() {
  return (
    <CardPage title={t("web.landing_title")}>
      <Link href="/login">{t("login.sign_in")}</Link>
    </CardPage>
  );
}
