import type { MatrixClient } from "matrix-js-sdk";
import { asObjects, asPositive, asText } from "../shapes";
import type { DeviceRecord } from "./types";

/** Return where the account is signed in; the own device first, then the one that was used last. */
export async function readDevices(sdk: MatrixClient): Promise<readonly DeviceRecord[]> {
  const { devices } = await sdk.getDevices();
  const records = asObjects(devices).map((device): DeviceRecord => {
    const deviceId = asText(device.device_id, 255);
    return {
      deviceId,
      name: asText(device.display_name, 255),
      lastSeenIp: asText(device.last_seen_ip, 100),
      lastSeenMs: asPositive(device.last_seen_ts) ?? null,
      own: deviceId === sdk.getDeviceId(),
    };
  });
  return records.sort(
    (one, other) => Number(other.own) - Number(one.own) || (other.lastSeenMs ?? 0) - (one.lastSeenMs ?? 0),
  );
}
