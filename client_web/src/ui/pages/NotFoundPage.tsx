import { Link } from "wouter";
import { t } from "../../words";
import { CardPage } from "./CardPage";

/** What is shown where nothing is. */
export default function NotFoundPage() {
  return (
    <CardPage title={t("web.not_found_title")} lead={t("web.not_found_text")}>
      <Link href="/">{t("web.not_found_action")}</Link>
    </CardPage>
  );
}
