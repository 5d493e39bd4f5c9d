import type { MatrixClient } from "matrix-js-sdk";
import {
  type CryptoApi,
  decodeRecoveryKey,
  deriveRecoveryKeyFromPassphrase,
  type GeneratedSecretStorageKey,
} from "matrix-js-sdk/lib/crypto-api";
import type { SecretStorageKeyDescription } from "matrix-js-sdk/lib/secret-storage";
import type { Prove } from "../account/proof";
import { ClientError } from "../errors";
import { restoreBackup } from "./backup";
import type { StorageKey } from "./storageKey";
import type { Progress } from "./types";

/** Make identity, secret storage and backup; return the recovery key. */
export async function setUp(
  crypto: CryptoApi,
  storageKey: StorageKey,
  prove: Prove,
  passphrase: string,
): Promise<string> {
  if ((await crypto.userHasCrossSigningKeys(undefined, true)) && !(await hasPrivateKeys(crypto))) {
    throw new ClientError("private_keys_missing");
  }
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: prove });
  return await makeStorage(crypto, storageKey, passphrase);
}

/** Make another recovery key in place of the one before. */
export async function changeRecoveryKey(
  crypto: CryptoApi,
  storageKey: StorageKey,
  passphrase: string,
): Promise<string> {
  if (!(await hasPrivateKeys(crypto))) throw new ClientError("private_keys_missing");
  return await makeStorage(crypto, storageKey, passphrase);
}

/** Begin anew with another identity; what only the old backup could open stays unreadable. */
export async function reset(
  crypto: CryptoApi,
  storageKey: StorageKey,
  prove: Prove,
  passphrase: string,
): Promise<string> {
  await crypto.resetEncryption(prove);
  return await makeStorage(crypto, storageKey, passphrase);
}

/** Tell whether the storage opens with a passphrase beside its recovery key. */
export async function takesPassphrase(sdk: MatrixClient): Promise<boolean> {
  const found = await sdk.secretStorage.getKey();
  return found !== null && passphraseOf(found[1]) !== null;
}

/** Open the storage: this device is verified then, and has the backup's key and all that is in the backup. */
export async function recover(
  sdk: MatrixClient,
  crypto: CryptoApi,
  storageKey: StorageKey,
  typed: string,
  progress?: Progress,
): Promise<void> {
  const found = await sdk.secretStorage.getKey();
  if (found === null) throw new ClientError("no_secret_storage");
  const [id, description] = found;
  const key = await findKey(sdk, description, typed.trim());
  await storageKey.use(key, id, async () => {
    // Keys of the identity may have changed since this device asked for them.
    await crypto.userHasCrossSigningKeys(undefined, true);
    if (!(await isStored(sdk, "m.cross_signing.master"))) throw new ClientError("secret_missing");
    await crypto.bootstrapCrossSigning({});
    if ((await crypto.getKeyBackupInfo()) !== null && (await isStored(sdk, "m.megolm_backup.v1"))) {
      await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
      await crypto.checkKeyBackupAndEnable();
      await restoreBackup(crypto, progress);
    }
  });
}

async function makeStorage(crypto: CryptoApi, storageKey: StorageKey, passphrase: string): Promise<string> {
  const made: GeneratedSecretStorageKey = await crypto.createRecoveryKeyFromPassphrase(
    passphrase || undefined,
  );
  const setupNewKeyBackup = (await crypto.getActiveSessionBackupVersion()) === null;
  await storageKey.use(made.privateKey, null, () =>
    crypto.bootstrapSecretStorage({
      createSecretStorageKey: async () => made,
      setupNewSecretStorage: true,
      setupNewKeyBackup,
    }),
  );
  if (made.encodedPrivateKey === undefined) throw new ClientError("unknown");
  return made.encodedPrivateKey;
}

async function hasPrivateKeys(crypto: CryptoApi): Promise<boolean> {
  const { privateKeysCachedLocally: here } = await crypto.getCrossSigningStatus();
  return here.masterKey && here.selfSigningKey && here.userSigningKey;
}

/** Find the key that was typed: a recovery key, or else a passphrase. */
async function findKey(
  sdk: MatrixClient,
  description: SecretStorageKeyDescription,
  typed: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = asRecoveryKey(typed);
  if (key !== null && (await sdk.secretStorage.checkKey(key, description))) return key;
  const passphrase = passphraseOf(description);
  if (passphrase !== null) {
    const { salt, iterations, bits } = passphrase;
    const derived = await deriveRecoveryKeyFromPassphrase(typed, salt, iterations, bits);
    if (await sdk.secretStorage.checkKey(derived, description)) return derived;
  }
  throw new ClientError("wrong_recovery_key");
}

/** More would keep the browser busy for minutes, at a server's will. */
const MAX_ROUNDS = 20_000_000;

function passphraseOf(description: SecretStorageKeyDescription) {
  const { passphrase } = description;
  if (passphrase?.algorithm !== "m.pbkdf2" || !(passphrase.iterations <= MAX_ROUNDS)) return null;
  return passphrase;
}

function asRecoveryKey(typed: string): Uint8Array<ArrayBuffer> | null {
  try {
    return decodeRecoveryKey(typed);
  } catch {
    return null; // it is a passphrase, or mistyped
  }
}

async function isStored(
  sdk: MatrixClient,
  name: "m.cross_signing.master" | "m.megolm_backup.v1",
): Promise<boolean> {
  return (await sdk.secretStorage.isStored(name)) !== null;
}
