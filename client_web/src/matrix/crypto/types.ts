import type { Prove } from "../account/proof";
import type { QrMeeting } from "../qr/meeting";
import type { Trust } from "../types";
import type { Value } from "../value";

/** How the account stands with encryption, as seen from this device. */
export interface EncryptionState {
  /** The server has been asked; before that nothing here is worth telling. */
  readonly known: boolean;
  /** This browser can encrypt: it has what the cryptography needs, and the context is secure. */
  readonly available: boolean;
  readonly identityExists: boolean;
  readonly deviceVerified: boolean;
  readonly privateKeysHere: boolean;
  /** This device is verified, and lacks private keys or the backup's that another one may have. */
  readonly secretsMissing: boolean;
  /** There is a secret storage, which a recovery key opens. */
  readonly storageExists: boolean;
  readonly backupVersion: string | null;
  readonly backupTrusted: boolean;
  /** Keys of this device go into the backup. */
  readonly backupActive: boolean;
  readonly keysWaiting: number;
}

/** What a user should do next about encryption; `none` where all is well or nothing is known. */
export type EncryptionStep = "none" | "set_up" | "verify" | "backup";

export type VerificationStage =
  | "requested"
  | "ready"
  | "started"
  | "compare"
  | "confirmed"
  | "scanned"
  | "done"
  | "cancelled";

/** One of the seven emoji: `sas.<number>` is its name. */
export interface SasEmoji {
  readonly symbol: string;
  readonly number: number;
}

/** A verification as it stands now. */
export interface Verification {
  readonly id: string;
  readonly userId: string;
  /** It is with another device of the own account. */
  readonly own: boolean;
  readonly incoming: boolean;
  readonly deviceId: string | null;
  readonly roomId: string | null;
  readonly stage: VerificationStage;
  /** Seven to compare; empty where the other side shows none. */
  readonly emoji: readonly SasEmoji[];
  /** Three numbers, where the other side shows no emoji. */
  readonly numbers: readonly number[];
  /** What our code holds, where one can be shown. */
  readonly qrCode: Uint8Array | null;
  /** Both sides can compare emoji. */
  readonly canCompare: boolean;
  /** The other side can show a code for us to scan. */
  readonly canScan: boolean;
  readonly cancelCode: string;
  readonly cancelledByUs: boolean;
}

/** A device that can encrypt. */
export interface DeviceKeys {
  readonly userId: string;
  readonly deviceId: string;
  readonly name: string;
  /** Its fingerprint. */
  readonly key: string;
  readonly verified: boolean;
  readonly own: boolean;
  /** Holds keys while its owner is away; nobody sits in front of it. */
  readonly dehydrated: boolean;
}

export type Progress = (done: number, total: number) => void;

/** Encryption of an account, as its views use it. */
export interface Crypto {
  readonly state: Value<EncryptionState>;
  /** The verification that is shown; null while there is none. */
  readonly verification: Value<Verification | null>;
  /** Counts up whenever somebody's keys or trust changed: ask again what was asked. */
  readonly trustChanges: Value<number>;
  /** Whether the account sends only to devices that their owners have verified. */
  readonly verifiedOnly: Value<boolean>;
  readonly deviceId: string;

  setVerifiedOnly(only: boolean): void;

  /** Return the fingerprint of this device. */
  deviceKey(): Promise<string>;
  /** Return a user's devices that can encrypt, the own one first; `fresh` asks the server. */
  devices(userId: string, fresh?: boolean): Promise<readonly DeviceKeys[]>;
  /** Return how far a user's keys are trusted. */
  trustOf(userId: string): Promise<Trust>;
  /** Find somebody in a room whose keys are not those that were verified or known before; null where nobody has. */
  changedIn(roomId: string): Promise<string | null>;
  /** The reader has seen that somebody has other keys and wants to go on. */
  acceptIdentity(userId: string): Promise<void>;

  /** Make identity, secret storage and backup in one step; return the recovery key, shown this once. */
  setUp(prove: Prove, passphrase?: string): Promise<string>;
  /** Make another recovery key in place of the one there is. */
  changeRecoveryKey(passphrase?: string): Promise<string>;
  /** Begin anew with another identity, storage and backup; return the new recovery key. */
  reset(prove: Prove, passphrase?: string): Promise<string>;
  /** Tell whether the storage opens with a passphrase as well. */
  takesPassphrase(): Promise<boolean>;
  /** Verify this device with the recovery key or passphrase, and read the backup. */
  recover(typed: string, progress?: Progress): Promise<void>;

  /** Import every key of the backup; return how many there were. */
  restoreBackup(progress?: Progress): Promise<number>;
  /** Back keys up from now on; false where a new recovery key has to be made for that. */
  turnBackupOn(): Promise<boolean>;
  /** Delete the backup. */
  turnBackupOff(): Promise<void>;
  /** Return the text of a file with all room keys, encrypted with a passphrase. */
  exportKeys(passphrase: string): Promise<string>;
  /** Take in the keys of such a file; return how many it held. */
  importKeys(file: string, passphrase: string): Promise<number>;

  /** Show a code by which a new device of the account signs in, or scan its code; see `qr`. */
  letIn(): QrMeeting;
  /** Ask another device of the own account, or whichever answers, to verify. */
  verifyOwn(deviceId?: string): Promise<void>;
  /** Ask a user to verify, in a room with them. */
  verifyUser(userId: string, roomId?: string): Promise<void>;
  /** Show the verification that goes on in a room; false where it is over. */
  lookAt(roomId: string): boolean;
  acceptVerification(): Promise<void>;
  compareEmoji(): Promise<void>;
  /** Take what the other side's code holds. */
  scan(code: Uint8ClampedArray): Promise<void>;
  /** Both sides show the same; or: the other side shows that it scanned our code. */
  confirm(): Promise<void>;
  /** The two sides show different things. */
  mismatch(): Promise<void>;
  /** Refuse, or give up; put away where it is over. */
  cancelVerification(): Promise<void>;
}
