import { useState } from "react";
import { t } from "../../words";
import { SettingRow } from "../account/SettingRow";
import { Button } from "../controls";
import { LINKS_COME_TO } from "../shell/useLinkFromOutside";

/** Offers to open `matrix:` links of other pages and programs here, where the browser can do that. */
export function MatrixLinks() {
  const [isAsked, setAsked] = useState(false);
  if (!isSecureContext || typeof navigator.registerProtocolHandler !== "function") return null;
  const ask = (): void => {
    // The browser asks; what was answered it does not tell.
    navigator.registerProtocolHandler("matrix", location.origin + LINKS_COME_TO);
    setAsked(true);
  };
  return (
    <SettingRow title={t("rooms.links")} text={t(isAsked ? "rooms.links_asked" : "rooms.links_text")}>
      {!isAsked && <Button onClick={ask}>{t("rooms.links_open")}</Button>}
    </SettingRow>
  );
}
