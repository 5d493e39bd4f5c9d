import { ClientEvent, type MatrixClient, type MatrixEvent } from "matrix-js-sdk";
import { type CryptoApi, CryptoEvent } from "matrix-js-sdk/lib/crypto-api";
import { MutableValue, type Value } from "../value";
import { UNKNOWN_STATE } from "./nextStep";
import type { EncryptionState } from "./types";

/** Follows how the account stands with encryption: asks anew when something happens, one question at a time. */
export class EncryptionWatch {
  readonly #state: MutableValue<EncryptionState>;
  readonly #changes = new MutableValue(0);
  #isAsking = false;
  #isStale = false;
  #isStopped = false;
  #keysWaiting = 0;
  #isFirst = true;

  constructor(
    private readonly sdk: MatrixClient,
    canEncrypt: boolean,
    ready: Promise<void>,
  ) {
    this.#state = new MutableValue<EncryptionState>({ ...UNKNOWN_STATE, available: canEncrypt });
    if (!canEncrypt) return;
    sdk.on(CryptoEvent.KeysChanged, this.#trustChanged);
    sdk.on(CryptoEvent.UserTrustStatusChanged, this.#trustChanged);
    sdk.on(CryptoEvent.DevicesUpdated, this.#trustChanged);
    sdk.on(CryptoEvent.KeyBackupStatus, this.refresh);
    sdk.on(CryptoEvent.KeyBackupDecryptionKeyCached, this.refresh);
    sdk.on(CryptoEvent.KeyBackupSessionsRemaining, this.#remaining);
    sdk.on(ClientEvent.AccountData, this.#accountData);
    sdk.on(ClientEvent.Sync, this.#synced);
    // The first sync may have been before it: the next one that brings something may be far off.
    ready.then(this.refresh, () => undefined);
  }

  get state(): Value<EncryptionState> {
    return this.#state;
  }

  /** Counts up whenever somebody's keys or trust changed. */
  get changes(): Value<number> {
    return this.#changes;
  }

  /** Ask anew, soon. */
  readonly refresh = (): void => {
    this.#isStale = true;
    if (!this.#isAsking) void this.#ask();
  };

  stop(): void {
    this.#isStopped = true;
    this.sdk.off(CryptoEvent.KeysChanged, this.#trustChanged);
    this.sdk.off(CryptoEvent.UserTrustStatusChanged, this.#trustChanged);
    this.sdk.off(CryptoEvent.DevicesUpdated, this.#trustChanged);
    this.sdk.off(CryptoEvent.KeyBackupStatus, this.refresh);
    this.sdk.off(CryptoEvent.KeyBackupDecryptionKeyCached, this.refresh);
    this.sdk.off(CryptoEvent.KeyBackupSessionsRemaining, this.#remaining);
    this.sdk.off(ClientEvent.AccountData, this.#accountData);
    this.sdk.off(ClientEvent.Sync, this.#synced);
  }

  readonly #trustChanged = (): void => {
    this.#changes.update((count) => count + 1);
    this.refresh();
  };

  readonly #remaining = (waiting: number): void => {
    this.#keysWaiting = waiting;
    this.#state.update((state) => ({ ...state, keysWaiting: waiting }));
  };

  readonly #accountData = (event: MatrixEvent): void => {
    if (/^m\.(secret_storage|cross_signing|megolm_backup)\./.test(event.getType())) this.refresh();
  };

  readonly #synced = (state: string | null): void => {
    if (this.#isFirst && (state === "PREPARED" || state === "SYNCING")) this.refresh();
  };

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#isStale && !this.#isStopped) {
        this.#isStale = false;
        await this.#askOnce();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const crypto = this.sdk.getCrypto();
    if (crypto === undefined || this.sdk.getSyncState() === null) return;
    try {
      const state = await readState(crypto, this.sdk, this.#isFirst, this.#keysWaiting);
      this.#isFirst = false;
      if (!this.#isStopped) this.#state.set(state);
    } catch (error) {
      // No answer: the next change, or the next sync, asks again. What is known stays.
      console.warn("how encryption stands could not be asked", error);
    }
  }
}

async function readState(
  crypto: CryptoApi,
  sdk: MatrixClient,
  askServer: boolean,
  keysWaiting: number,
): Promise<EncryptionState> {
  const me = sdk.getSafeUserId();
  const identityExists = await crypto.userHasCrossSigningKeys(me, askServer);
  const device = await crypto.getDeviceVerificationStatus(me, sdk.getDeviceId() ?? "");
  const { privateKeysCachedLocally: here } = await crypto.getCrossSigningStatus();
  const info = await crypto.getKeyBackupInfo();
  const trust = info === null ? null : await crypto.isKeyBackupTrusted(info);
  const deviceVerified = device?.crossSigningVerified ?? false;
  const privateKeysHere = here.masterKey && here.selfSigningKey && here.userSigningKey;
  const backupKeyMissing = info !== null && (await crypto.getSessionBackupPrivateKey()) === null;
  return {
    known: true,
    available: true,
    identityExists,
    deviceVerified,
    privateKeysHere,
    secretsMissing: deviceVerified && (!privateKeysHere || backupKeyMissing),
    storageExists: (await crypto.getSecretStorageStatus()).defaultKeyId !== null,
    backupVersion: info?.version ?? null,
    backupTrusted: trust !== null && (trust.trusted || trust.matchesDecryptionKey),
    backupActive: (await crypto.getActiveSessionBackupVersion()) !== null,
    keysWaiting,
  };
}
