import { lookAt } from "../../matrix/discovery";
import { useChat } from "../../state/ChatContext";
import { useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import { Button } from "../controls";
import { Group } from "./Group";
import { SettingRow } from "./SettingRow";

/** Offers to sign in another device, where the server lets devices meet and this one has what the new one needs. */
export function LetInRow() {
  const { client, openDialog } = useChat();
  const hasKeys = useValue(client.crypto.state, (state) => state.privateKeysHere);
  const { value: server } = useAnswer(() => lookAt(client.homeserverUrl));
  if (!hasKeys || server?.hasQr !== true) return null;
  return (
    <Group>
      <SettingRow title={t("settings.devices_let_in")} text={t("settings.devices_let_in_text")}>
        <Button icon="qr-code" onClick={() => openDialog({ kind: "letIn" })}>
          {t("login.qr_code_show")}
        </Button>
      </SettingRow>
    </Group>
  );
}
