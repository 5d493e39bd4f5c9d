import { useState } from "react";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Banner, Button, classNames, confirm, Skeleton } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./account.module.css";
import { DeviceCard } from "./DeviceCard";
import type { DeviceRow } from "./deviceRow";
import { Group } from "./Group";
import { LetInRow } from "./LetInRow";
import { openAccountPage } from "./openAccountPage";
import { RenameDeviceDialog } from "./RenameDeviceDialog";
import { useCapabilities } from "./useCapabilities";
import { useDevices } from "./useDevices";

/** Where one is signed in: rename, verify, sign out. */
export function DevicesContent() {
  const { client, openDialog } = useChat();
  const { value: devices, error, reload } = useDevices();
  const { isManagedInBrowser } = useCapabilities();
  const isVerified = useValue(client.crypto.state, (state) => state.deviceVerified);
  const [renamed, setRenamed] = useState<DeviceRow | null>(null);
  const acting = useWork();
  const own = devices?.filter((device) => device.own) ?? [];
  const others = devices?.filter((device) => !device.own) ?? [];

  const signOut = async (leaving: readonly DeviceRow[], title: string): Promise<void> => {
    const [first] = leaving;
    if (isManagedInBrowser) {
      const isOne = leaving.length === 1 && first !== undefined;
      return await openAccountPage(
        client.account,
        isOne ? "org.matrix.device_delete" : "org.matrix.devices_list",
        isOne ? first.deviceId : undefined,
      );
    }
    const action = t("settings.devices_sign_out");
    if (!(await confirm({ title, text: t("settings.devices_sign_out_text"), action, danger: true }))) return;
    const ids = leaving.map((device) => device.deviceId);
    if (await acting.act(() => client.account.signOutDevices(ids))) await reload();
  };
  const cardOf = (device: DeviceRow) => (
    <DeviceCard
      key={device.deviceId}
      device={device}
      busy={acting.busy}
      onRename={() => setRenamed(device)}
      onSignOut={() => void signOut([device], t("settings.devices_sign_out_title", device.name))}
      onVerify={
        isVerified
          ? () => openDialog({ kind: "verification", userId: client.userId, deviceId: device.deviceId })
          : undefined
      }
    />
  );

  return (
    <div className={styles.page}>
      <p className={styles.lead}>{t("settings.devices_lead")}</p>
      <ErrorLine error={acting.error || error} />
      <Unverified others={others} />
      {devices === undefined ? (
        !error && <Skeleton rows={4} pictures />
      ) : (
        <>
          <Group title={t("settings.devices_current")} bare>
            <ul className={styles.list}>{own.map(cardOf)}</ul>
          </Group>
          <Group title={t("settings.devices_others")} bare>
            {others.length === 0 ? (
              <p className={styles.muted}>{t("settings.devices_none")}</p>
            ) : (
              <>
                <ul className={styles.list}>{others.map(cardOf)}</ul>
                <Button
                  className={classNames(styles.start, styles.grave)}
                  busy={acting.busy}
                  onClick={() =>
                    void signOut(others, t("settings.devices_sign_out_all_title", { n: others.length }))
                  }
                >
                  {t("settings.devices_sign_out_all")}
                </Button>
              </>
            )}
          </Group>
          <LetInRow />
        </>
      )}
      {renamed !== null && (
        <RenameDeviceDialog
          device={renamed}
          onClose={() => setRenamed(null)}
          onRenamed={() => {
            setRenamed(null);
            void reload();
          }}
        />
      )}
    </div>
  );
}

/** Says what is not verified: this device first. */
function Unverified({ others }: { readonly others: readonly DeviceRow[] }) {
  const { client, openDialog } = useChat();
  const state = useValue(client.crypto.state);
  const n = others.filter((device) => !device.verified && !device.dehydrated).length;
  if (state.known && state.identityExists && !state.deviceVerified) {
    return (
      <Banner
        kind="warning"
        title={t("settings.devices_this_unverified_title")}
        actions={
          <Button kind="primary" onClick={() => openDialog({ kind: "verifyDevice" })}>
            {t("settings.devices_verify_this")}
          </Button>
        }
      >
        {t("settings.devices_this_unverified_text")}
      </Banner>
    );
  }
  if (n === 0 || !state.known || !state.identityExists) return null;
  return (
    <Banner kind="warning" title={t("settings.devices_unverified_title", { n })}>
      {t("settings.devices_unverified_text")}
    </Banner>
  );
}
