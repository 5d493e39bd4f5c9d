import type { Value } from "../value";
import type { ProofRequest, Prove } from "./proof";

/** What the server lets the account change. */
export interface AccountCapabilities {
  readonly canChangePassword: boolean;
  readonly canChangeAddresses: boolean;
  readonly canSetName: boolean;
  readonly canSetPicture: boolean;
  /** The session began on the server's own pages: password, devices and closing are kept there. */
  readonly isManagedInBrowser: boolean;
}

/** Where the account is signed in. */
export interface DeviceRecord {
  readonly deviceId: string;
  readonly name: string;
  readonly lastSeenIp: string;
  readonly lastSeenMs: number | null;
  readonly own: boolean;
}

/** An e-mail address or a telephone number of the account. */
export interface Address {
  readonly medium: string;
  readonly address: string;
}

/** An address whose mail has to be answered. */
export interface PendingEmail {
  readonly address: string;
  readonly secret: string;
  readonly session: string;
  readonly attempt: number;
}

/** An app that the account is signed in with by the server's own pages. */
export interface Grant {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly appName: string;
  readonly appUrl: string;
  readonly lastSeenMs: number | null;
}

/** A page of the server for the account. */
export type AccountAction =
  | "org.matrix.profile"
  | "org.matrix.devices_list"
  | "org.matrix.device_delete"
  | "org.matrix.account_deactivate";

/** Where the parts of an export go, one after another. */
export interface ExportSink {
  write(part: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** The account itself: password, addresses, devices. */
export interface AccountSettings {
  readonly userId: string;
  /** What the user has to prove now, for a dialog to ask. */
  readonly proof: Value<ProofRequest | null>;
  readonly prove: Prove;

  capabilities(): Promise<AccountCapabilities>;
  /** Upload a picture of oneself; return its mxc address, for `people.setAvatar`. */
  uploadPicture(picture: Blob): Promise<string>;
  changePassword(password: string, signOutOthers: boolean): Promise<void>;
  addresses(): Promise<readonly Address[]>;
  /** Have a mail sent; with `before`, another one to the same address. */
  addEmail(address: string, before?: PendingEmail): Promise<PendingEmail>;
  /** The link in the mail was opened. */
  confirmEmail(pending: PendingEmail): Promise<void>;
  removeAddress(address: Address): Promise<void>;
  devices(): Promise<readonly DeviceRecord[]>;
  renameDevice(deviceId: string, name: string): Promise<void>;
  signOutDevices(deviceIds: readonly string[]): Promise<void>;
  /** Null where the server does not tell. */
  grants(): Promise<readonly Grant[] | null>;
  revokeGrant(deviceId: string): Promise<void>;
  /** The server's own page for something; null where it has none. */
  pageFor(action: AccountAction, deviceId?: string): Promise<string | null>;
  /** Write a ZIP of what the server keeps of the account. */
  exportData(sink: ExportSink, progress?: (done: number, total: number) => void): Promise<void>;
  /** Close the account for good. */
  deactivate(erase: boolean): Promise<void>;
}
