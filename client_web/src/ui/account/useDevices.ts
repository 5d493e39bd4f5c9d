import { useClient } from "../../state/ChatContext";
import { type Answer, useAnswer } from "../../state/useAnswer";
import { useValue } from "../../state/useValue";
import { type DeviceRow, deviceRow } from "./deviceRow";

/** Return where the account is signed in, asked anew when a device comes, goes or is verified. */
export function useDevices(): Answer<readonly DeviceRow[]> {
  const client = useClient();
  const changes = useValue(client.crypto.trustChanges);
  return useAnswer(async () => {
    const records = await client.account.devices();
    const keys = client.canEncrypt ? await client.crypto.devices(client.userId) : [];
    const known = new Map(keys.map((device) => [device.deviceId, device]));
    const nowMs = Date.now();
    return records.map((record) => deviceRow(record, known.get(record.deviceId), nowMs));
  }, changes);
}
