import { t } from "../../words";
import { Banner } from "../controls";

/** On a page that was loaded over plain http: what is off because of that, and how to get it. */
export function InsecureNotice() {
  if (isSecureContext) return null;
  return (
    <Banner kind="warning" title={t("web.insecure_title")}>
      {t("web.insecure_text")} {t("web.insecure_how")}{" "}
      <a href={`https://${location.host}${location.pathname}`}>{t("web.insecure_open")}</a>
    </Banner>
  );
}
