import type { MatrixClient } from "matrix-js-sdk";
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
import * as recovery from "./recovery";
import { acceptIdentity, changedIn, devicesOf, trustOf } from "./trust";
import type { Crypto } from "./types";
import { Verifications } from "./verifications";
import { verifiedOnlyOf } from "./verifiedOnly";

export { nextStep } from "./nextStep";
export type * from "./types";

/** Make it for one account's client. */
export function createCrypto(sdk: MatrixClient, context: ClientContext): Crypto {
  const watch = new EncryptionWatch(sdk, context.canEncrypt);
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
  context.onStop(() => {
    endChoice();
    endRotating();
    watch.stop();
    verifications.stop();
  });

  function api(): CryptoApi {
    const crypto = sdk.getCrypto();
    if (crypto === undefined) throw new ClientError("encryption_unavailable");
    return crypto;
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
    deviceKey: async () => (await api().getOwnDeviceKeys()).ed25519,
    devices: (userId, fresh = false) => devicesOf(api(), userId, context.deviceId, fresh),
    trustOf: (userId) => trustOf(api(), userId),
    changedIn: (roomId) => changedIn(sdk, api(), roomId),
    acceptIdentity: (userId) => changing(() => acceptIdentity(api(), userId)),
    setUp: (prove, passphrase = "") => changing(() => recovery.setUp(api(), storageKey, prove, passphrase)),
    changeRecoveryKey: (passphrase = "") =>
      changing(() => recovery.changeRecoveryKey(api(), storageKey, passphrase)),
    reset: (prove, passphrase = "") => changing(() => recovery.reset(api(), storageKey, prove, passphrase)),
    takesPassphrase: () => recovery.takesPassphrase(sdk),
    recover: (typed, progress) => changing(() => recovery.recover(sdk, api(), storageKey, typed, progress)),
    restoreBackup: (progress) => changing(() => backup.restoreBackup(api(), progress)),
    turnBackupOn: () => changing(() => backup.turnBackupOn(sdk, api())),
    turnBackupOff: () => changing(() => backup.turnBackupOff(sdk, api())),
    exportKeys: async (passphrase) => sealKeyFile(await api().exportRoomKeysAsJson(), passphrase),
    importKeys: (file, passphrase) => importKeys(api(), file, passphrase),
    letIn: () => letInMeeting(context, () => secretsBundle(api())),
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
