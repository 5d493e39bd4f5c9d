import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoApi } from "matrix-js-sdk/lib/crypto-api";
import type { Trust } from "../types";
import type { DeviceKeys } from "./types";

/** Return how far a user's keys are trusted. */
export async function trustOf(crypto: CryptoApi, userId: string): Promise<Trust> {
  const status = await crypto.getUserVerificationStatus(userId);
  if (status.needsUserApproval) return "changed";
  if (status.isCrossSigningVerified()) return "verified";
  if (status.wasCrossSigningVerified()) return "changed";
  return status.known ? "unverified" : "unknown";
}

/** Rooms with more people than this are not looked through: nobody would compare emoji with all of them. */
const MOST_LOOKED_AT = 100;

/** Find the first in an encrypted room whose keys have changed. */
export async function changedIn(
  sdk: MatrixClient,
  crypto: CryptoApi,
  roomId: string,
): Promise<string | null> {
  const members = sdk.getRoom(roomId)?.getJoinedMembers() ?? [];
  if (members.length > MOST_LOOKED_AT || !(await crypto.isEncryptionEnabledInRoom(roomId))) return null;
  for (const { userId } of members) {
    if (userId !== sdk.getUserId() && (await trustOf(crypto, userId)) === "changed") return userId;
  }
  return null;
}

/** The reader goes on with somebody's new keys: they are pinned, and verifying is not insisted on. */
export async function acceptIdentity(crypto: CryptoApi, userId: string): Promise<void> {
  const status = await crypto.getUserVerificationStatus(userId);
  if (status.wasCrossSigningVerified()) await crypto.withdrawVerificationRequirement(userId);
  if (status.needsUserApproval) await crypto.pinCurrentUserIdentity(userId);
}

/** Return a user's devices that can encrypt, the own one first. */
export async function devicesOf(
  crypto: CryptoApi,
  userId: string,
  ownDeviceId: string,
  fresh: boolean,
): Promise<readonly DeviceKeys[]> {
  const devices = (await crypto.getUserDeviceInfo([userId], fresh)).get(userId);
  const ownKey = (await crypto.getOwnDeviceKeys()).ed25519;
  const rows = [...(devices?.values() ?? [])].map(async (device): Promise<DeviceKeys> => {
    const status = await crypto.getDeviceVerificationStatus(userId, device.deviceId);
    const key = device.getFingerprint() ?? "";
    return {
      userId,
      deviceId: device.deviceId,
      name: device.displayName ?? "",
      key,
      verified: status?.crossSigningVerified ?? false,
      own: device.deviceId === ownDeviceId && key === ownKey,
      dehydrated: device.dehydrated,
    };
  });
  const found = await Promise.all(rows);
  return found.sort((one, other) => Number(other.own) - Number(one.own) || compare(one, other));
}

function compare(one: DeviceKeys, other: DeviceKeys): number {
  return one.deviceId < other.deviceId ? -1 : 1;
}
