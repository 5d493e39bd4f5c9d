import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Banner } from "../controls";

/** What this browser keeps an account from: no room, nothing stored, no safe connection. */
export function BrowserNotices() {
  const client = useClient();
  const storage = useValue(client.storage);
  const keeping = useValue(client.outbox.keeping);
  return (
    <>
      {storage !== "kept" && (
        <Banner
          kind="warning"
          title={t(storage === "full" ? "web.storage_full_title" : "web.storage_refused_title")}
        >
          {t(storage === "full" ? "web.storage_full_text" : "web.storage_refused_text")}
        </Banner>
      )}
      {storage === "kept" && keeping !== "kept" && (
        <Banner kind="warning" title={t("web.waiting_not_kept_title")}>
          {t(keeping === "full" ? "web.waiting_full_text" : "web.waiting_refused_text")}
        </Banner>
      )}
      {!client.canEncrypt && (
        <Banner kind="warning" title={t("web.insecure_title")}>
          {t("web.insecure_short")}{" "}
          <a href={`https://${location.host}${location.pathname}`}>{t("web.insecure_open")}</a>
        </Banner>
      )}
    </>
  );
}
