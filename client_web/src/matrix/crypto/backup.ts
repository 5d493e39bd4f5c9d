import type { MatrixClient } from "matrix-js-sdk";
import { type CryptoApi, ImportRoomKeyStage } from "matrix-js-sdk/lib/crypto-api";
import { ClientError } from "../errors";
import type { Progress } from "./types";

/** Whether the account wants a backup at all, for all of its devices (MSC4287). */
const PREFERENCE = "m.key_backup";

/**
 * Import every key of the backup; return how many were read.
 *
 * @throws ClientError `no_backup` or `backup_key_missing`
 */
export async function restoreBackup(crypto: CryptoApi, progress?: Progress): Promise<number> {
  if ((await crypto.getKeyBackupInfo()) === null) throw new ClientError("no_backup");
  if ((await crypto.getSessionBackupPrivateKey()) === null) throw new ClientError("backup_key_missing");
  const { imported } = await crypto.restoreKeyBackup({
    progressCallback: (stage) => {
      if (stage.stage === ImportRoomKeyStage.LoadKeys)
        progress?.(stage.successes + stage.failures, stage.total);
    },
  });
  return imported;
}

/**
 * Use the backup that there is, or make one where there is none that this device can trust. False where there is a
 * secret storage: a new backup's key belongs there, so a new recovery key has to be made.
 */
export async function turnBackupOn(sdk: MatrixClient, crypto: CryptoApi): Promise<boolean> {
  await setPreference(sdk, true);
  await crypto.checkKeyBackupAndEnable();
  if ((await crypto.getActiveSessionBackupVersion()) !== null) return true;
  if (await sdk.secretStorage.hasKey()) return false;
  await crypto.resetKeyBackup();
  return true;
}

/** Put no more keys into a backup, and delete what is in it. */
export async function turnBackupOff(sdk: MatrixClient, crypto: CryptoApi): Promise<void> {
  await setPreference(sdk, false);
  const info = await crypto.getKeyBackupInfo();
  if (info?.version) await crypto.deleteKeyBackupVersion(info.version);
}

async function setPreference(sdk: MatrixClient, enabled: boolean): Promise<void> {
  await sdk.setAccountData(PREFERENCE as never, { enabled } as never);
}
