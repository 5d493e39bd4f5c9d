import { matrixTo } from "../../matrix/links";
import { t } from "../../words";
import { Button } from "../controls";
import { copyText } from "../shell/copyText";
import styles from "./RoomLink.module.css";

/** A link to a room that can be passed on. */
export function RoomLink({ address }: { readonly address: string }) {
  const link = matrixTo(address);
  return (
    <div className={styles.link}>
      <span className={styles.text}>{t("dialogs.invite_link")}</span>
      <Button icon="link" onClick={() => void copyText(link)}>
        {t("dialogs.copy_link")}
      </Button>
    </div>
  );
}
