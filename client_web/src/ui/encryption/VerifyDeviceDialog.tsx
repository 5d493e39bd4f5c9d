import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Dialog } from "../controls";
import { Choice } from "./Choice";
import styles from "./encryption.module.css";

/** After signing in: how to show that this device is one's own. */
export function VerifyDeviceDialog() {
  const { client, openDialog } = useChat();
  const storageExists = useValue(client.crypto.state, (state) => state.storageExists);
  return (
    <Dialog
      open
      onClose={() => openDialog(null)}
      title={t("encryption.verify_title")}
      description={t("encryption.verify_lead")}
    >
      <div className={styles.choices}>
        <Choice
          icon="smartphone"
          title={t("encryption.verify_with_device")}
          text={t("encryption.verify_with_device_text")}
          onClick={() => openDialog({ kind: "verification", start: true })}
        />
        {storageExists && (
          <Choice
            icon="key-round"
            title={t("encryption.verify_with_key")}
            text={t("encryption.verify_with_key_text")}
            onClick={() => openDialog({ kind: "recover" })}
          />
        )}
      </div>
      <div className={styles.feet}>
        <button type="button" className={styles.link} onClick={() => openDialog({ kind: "resetIdentity" })}>
          {t(storageExists ? "encryption.verify_lost" : "encryption.verify_no_device")}
        </button>
        <button type="button" className={styles.link} onClick={() => openDialog(null)}>
          {t("encryption.verify_later")}
        </button>
      </div>
    </Dialog>
  );
}
