import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoBackend } from "matrix-js-sdk/lib/common-crypto/CryptoBackend";
import {
  AllDevicesIsolationMode,
  type CryptoApi,
  OnlySignedDevicesIsolationMode,
} from "matrix-js-sdk/lib/crypto-api";
import type { ClientContext } from "../context";
import { ClientError } from "../errors";
import { letInMeeting } from "../qr/letIn";
import { secretsBundle } from "./adopt";
import * as backup from "./backup";
import { EncryptionWatch } from "./encryptionWatch";
import { rotateAfterGaps } from "./gaps";
import { openKeyFile, sealKeyFile } from "./keyFile";
import { LaterKeys } from "./laterKeys";
import { askForMissingSecrets } from "./missingSecrets";
import * as recovery from "./recovery";
import { acceptIdentity, changedIn, devicesOf, trustOf } from "./trust";
import type { Crypto } from "./types";
import { Verifications } from "./verifications";
import { verifiedOnlyOf } from "./verifiedOnly";

export { nextStep } from "./nextStep";
export type * from "./types";

/** Make it for one account's client. */
export function createCrypto(sdk: MatrixClient, context: ClientContext): Crypto {
  const watch = new EncryptionWatch(sdk, context.canEncrypt, context.encryption);
  const verifications = new Verifications(sdk, api);
  const { storageKey } = context;
  const verifiedOnly = verifiedOnlyOf(context.databaseName("verified-only"));
  const followChoice = (): void => {
    const only = verifiedOnly.value.get();
    sdk
      .getCrypto()
      ?.setDeviceIsolationMode(
        only ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false),
      );
  };
  const endChoice = verifiedOnly.value.subscribe(followChoice);
  followChoice();
  const endRotating = rotateAfterGaps(sdk);
  const laterKeys = new LaterKeys(sdk);
  const endAsking = askForMissingSecrets(watch.state, () => sdk.getCrypto() as CryptoBackend | undefined);
  context.onStop(() => {
    endChoice();
    endRotating();
    laterKeys.stop();
    endAsking();
    watch.stop();
    verifications.stop();
  });

  function api(): CryptoApi {
    const crypto = sdk.getCrypto();
    if (crypto === undefined) throw new ClientError("encryption_unavailable");
    return crypto;
  }

  /** The same, as soon as it is prepared. */
  async function ready(): Promise<CryptoApi> {
    await context.encryption;
    return api();
  }

  /** Do something that changes how things stand. */
  async function changing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      watch.refresh();
    }
  }

  return {
    state: watch.state,
    trustChanges: watch.changes,
    verification: verifications.current,
    verifiedOnly: verifiedOnly.value,
    setVerifiedOnly: verifiedOnly.choose,
    deviceId: context.deviceId,
    deviceKey: async () => (await (await ready()).getOwnDeviceKeys()).ed25519,
    devices: async (userId, fresh = false) => devicesOf(await ready(), userId, context.deviceId, fresh),
    trustOf: async (userId) => trustOf(await ready(), userId),
    changedIn: async (roomId) => changedIn(sdk, await ready(), roomId),
    acceptIdentity: (userId) => changing(async () => acceptIdentity(await ready(), userId)),
    setUp: (prove, passphrase = "") =>
      changing(async () => recovery.setUp(await ready(), storageKey, prove, passphrase)),
    changeRecoveryKey: (passphrase = "") =>
      changing(async () => recovery.changeRecoveryKey(await ready(), storageKey, passphrase)),
    reset: (prove, passphrase = "") =>
      changing(async () => recovery.reset(await ready(), storageKey, prove, passphrase)),
    takesPassphrase: () => recovery.takesPassphrase(sdk),
    recover: (typed, progress) =>
      changing(async () => recovery.recover(sdk, await ready(), storageKey, typed, progress)),
    restoreBackup: (progress) => changing(async () => backup.restoreBackup(await ready(), progress)),
    turnBackupOn: () => changing(async () => backup.turnBackupOn(sdk, await ready())),
    turnBackupOff: () => changing(async () => backup.turnBackupOff(sdk, await ready())),
    exportKeys: async (passphrase) => sealKeyFile(await (await ready()).exportRoomKeysAsJson(), passphrase),
    importKeys: async (file, passphrase) => importKeys(await ready(), file, passphrase),
    letIn: () => letInMeeting(context, async () => secretsBundle(await ready())),
    verifyOwn: (deviceId) => verifications.askOwn(deviceId),
    verifyUser: (userId, roomId) => verifications.askUser(userId, roomId),
    lookAt: (roomId) => verifications.lookAt(roomId),
    acceptVerification: () => verifications.accept(),
    compareEmoji: () => verifications.compareEmoji(),
    scan: (code) => verifications.scan(code),
    confirm: () => verifications.confirm(),
    mismatch: () => verifications.mismatch(),
    cancelVerification: () => verifications.cancel(),
  };
}

async function importKeys(crypto: CryptoApi, file: string, passphrase: string): Promise<number> {
  const text = await openKeyFile(file, passphrase);
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    throw new ClientError("bad_key_file");
  }
  if (!Array.isArray(keys)) throw new ClientError("bad_key_file");
  await crypto.importRoomKeysAsJson(JSON.stringify(keys));
  return keys.length;
}
