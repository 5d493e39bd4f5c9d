import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoApi } from "matrix-js-sdk/lib/crypto-api";
import { ClientError } from "../errors";
import { forgetHandedOver, handedOver } from "../qr/handedOver";
import type { JsonObject } from "../shapes";
import type { Session } from "../types";
import { restoreBackup } from "./backup";

type Bundle = Parameters<NonNullable<CryptoApi["importSecretsBundle"]>>[0];

/** Return what a new device of the account is handed by this one. Raises ClientError where it is not here. */
export async function secretsBundle(crypto: CryptoApi): Promise<JsonObject> {
  if (crypto.exportSecretsBundle === undefined) throw new ClientError("encryption_unavailable");
  return { ...(await crypto.exportSecretsBundle()) };
}

/**
 * Take the secrets that the device handed over that let this one in. Before the first sync: the keys of this device
 * are then signed as they are uploaded. Where the secrets are of no use, the device is verified in another way.
 * The answer reads the history that the backup holds, once there has been a sync; null where nothing was handed over.
 */
export async function adoptHandedOver(
  sdk: MatrixClient,
  session: Session,
): Promise<(() => Promise<void>) | null> {
  const secrets = handedOver(session);
  const crypto = sdk.getCrypto();
  if (secrets === null || crypto?.importSecretsBundle === undefined) return null;
  try {
    await crypto.importSecretsBundle(secrets as unknown as Bundle);
    return () => readBackup(crypto);
  } catch (error) {
    console.warn("what was handed over is of no use", error);
    return null;
  } finally {
    forgetHandedOver(session);
  }
}

async function readBackup(crypto: CryptoApi): Promise<void> {
  try {
    await crypto.checkKeyBackupAndEnable();
    if ((await crypto.getSessionBackupPrivateKey()) !== null) await restoreBackup(crypto);
  } catch (error) {
    // Messages that are looked at ask the backup one by one.
    console.warn("the backup could not be read", error);
  }
}
