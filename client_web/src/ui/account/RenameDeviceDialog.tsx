import { type FormEvent, useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useWork } from "../../state/useWork";
import { t } from "../../words";
import { Button, Dialog, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import type { DeviceRow } from "./deviceRow";

const FORM = "rename-device";
const MAX_LENGTH = 100;

interface RenameDeviceDialogProps {
  readonly device: DeviceRow;
  readonly onClose: () => void;
  readonly onRenamed: () => void;
}

/** Another name for a device. */
export function RenameDeviceDialog({ device, onClose, onRenamed }: RenameDeviceDialogProps) {
  const { account } = useClient();
  const [name, setName] = useState(device.name);
  const { act, busy, error } = useWork();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === "") return;
    if (await act(() => account.renameDevice(device.deviceId, name.trim()))) onRenamed();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settings.devices_rename")}
      actions={
        <>
          <Button onClick={onClose}>{t("settings.cancel")}</Button>
          <Button type="submit" form={FORM} kind="primary" busy={busy} disabled={name.trim() === ""}>
            {t("settings.save")}
          </Button>
        </>
      }
    >
      <ErrorLine error={error} />
      <form id={FORM} onSubmit={submit}>
        <TextField
          autoFocus
          label={t("settings.devices_rename_field")}
          maxLength={MAX_LENGTH}
          value={name}
          onChange={setName}
          onFocus={(event) => event.target.select()}
        />
      </form>
    </Dialog>
  );
}
