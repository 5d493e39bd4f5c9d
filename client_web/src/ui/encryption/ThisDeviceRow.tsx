import type { EncryptionState } from "../../matrix/crypto";
import { useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t, type WordId } from "../../words";
import { SettingRow } from "../account/SettingRow";
import { Button } from "../controls";

/** Whether this device is verified, and what to do where it is not. */
export function ThisDeviceRow() {
  const { client, openDialog } = useChat();
  const state = useValue(client.crypto.state);
  const isWell = state.available && state.identityExists && state.deviceVerified;
  return (
    <SettingRow
      icon={isWell ? "shield-check" : "shield-alert"}
      mood={isWell ? "good" : "bad"}
      title={t(wordOf(state))}
    >
      {state.available && !isWell && (
        <Button
          kind="primary"
          onClick={() => openDialog({ kind: state.identityExists ? "verifyDevice" : "setUpRecovery" })}
        >
          {t(state.identityExists ? "settings.devices_verify_this" : "settings.encryption_recovery_set_up")}
        </Button>
      )}
    </SettingRow>
  );
}

function wordOf(state: EncryptionState): WordId {
  if (!state.available) return "error.encryption_unavailable";
  if (!state.identityExists) return "settings.encryption_no_identity";
  return state.deviceVerified ? "settings.encryption_verified" : "settings.encryption_not_verified";
}
