import { listDevices, type PersonDevice, signOutDevice } from "../../matrix/admin/people";
import { useAdmin } from "../../state/admin/AdminContext";
import { useLoaded } from "../../state/useLoaded";
import { t } from "../../words";
import { Button, confirm, ListRow } from "../controls";
import { Card } from "./Card";
import form from "./Form.module.css";
import { sinceText } from "./format";
import { LoadedView } from "./LoadedView";
import { useAct } from "./useAct";

/** Where somebody is signed in. */
export function PersonDevices({ userId }: { readonly userId: string }) {
  const { api } = useAdmin();
  const loaded = useLoaded(() => listDevices(api, userId), userId);
  return (
    <Card title={t("admin.person.devices")}>
      <LoadedView of={loaded} rows={3}>
        {(devices) =>
          devices.length === 0 ? (
            <p className={form.note}>{t("admin.person.noDevices")}</p>
          ) : (
            <ul>
              {devices.map((device) => (
                <li key={device.id}>
                  <DeviceRow userId={userId} device={device} onChanged={loaded.reload} />
                </li>
              ))}
            </ul>
          )
        }
      </LoadedView>
    </Card>
  );
}

interface DeviceRowProps {
  readonly userId: string;
  readonly device: PersonDevice;
  readonly onChanged: () => Promise<void>;
}

function DeviceRow({ userId, device, onChanged }: DeviceRowProps) {
  const { api } = useAdmin();
  const act = useAct();
  const signOut = async (): Promise<void> => {
    const question = {
      title: t("admin.person.signOutTitle", device.name),
      text: t("admin.person.signOutText"),
      action: t("admin.person.signOut"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    if (await act.run(() => signOutDevice(api, userId, device.id))) await onChanged();
  };
  const seen = [sinceText(device.lastSeenMs), device.address].filter(Boolean).join(" · ");
  return (
    <ListRow
      title={device.name}
      text={seen}
      end={
        <Button
          kind="quiet"
          busy={act.isBusy}
          aria-label={t("admin.person.signOutOf", device.name)}
          onClick={() => void signOut()}
        >
          {t("admin.person.signOut")}
        </Button>
      }
    />
  );
}
