import { t } from "../../words";
import { Button, classNames, Icon, IconButton } from "../controls";
import styles from "./account.module.css";
import type { DeviceRow } from "./deviceRow";

interface DeviceCardProps {
  readonly device: DeviceRow;
  readonly busy: boolean;
  readonly onRename: () => void;
  readonly onSignOut: () => void;
  /** Left out where this device may not vouch for others. */
  readonly onVerify?: (() => void) | undefined;
}

/** One device: what it is, when it was last used, whether it is verified. */
export function DeviceCard({ device, busy, onRename, onSignOut, onVerify }: DeviceCardProps) {
  return (
    <li className={styles.device}>
      <span className={styles.deviceMark}>
        <Icon name={device.icon} size="small" />
      </span>
      <div className={styles.words}>
        <span className={styles.deviceName}>
          {device.name}
          {device.own && <span className={styles.pill}>{t("settings.devices_this")}</span>}
        </span>
        <span className={styles.text}>{device.detail}</span>
      </div>
      <div className={styles.end}>
        {!device.dehydrated && (
          <span className={classNames(styles.trust, device.verified && styles.verified)}>
            {device.verified && <Icon name="shield-check" size="small" />}
            {t(device.verified ? "settings.devices_verified" : "settings.devices_not_verified")}
          </span>
        )}
        {device.canVerify && onVerify && <Button onClick={onVerify}>{t("settings.devices_verify")}</Button>}
        {device.own ? (
          <Button busy={busy} onClick={onRename}>
            {t("settings.devices_rename")}
          </Button>
        ) : (
          <>
            <Button busy={busy} onClick={onSignOut}>
              {t("settings.devices_sign_out")}
            </Button>
            <IconButton icon="pencil" label={t("settings.devices_rename")} onClick={onRename} />
          </>
        )}
      </div>
    </li>
  );
}
