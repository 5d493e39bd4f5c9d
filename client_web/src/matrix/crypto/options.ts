import type { ICreateClientOpts } from "matrix-js-sdk";
import { createStorageKey, type StorageKey } from "./storageKey";

/** The ways to verify that this client knows; it scans and shows QR codes, and compares emoji. */
export const VERIFICATION_METHODS = [
  "m.sas.v1",
  "m.qr_code.show.v1",
  "m.qr_code.scan.v1",
  "m.reciprocate.v1",
];

/** Return what the SDK's client must be created with so that encryption works, and what `ClientContext` keeps. */
export function cryptoOptions(): {
  readonly storageKey: StorageKey;
  readonly options: Pick<ICreateClientOpts, "cryptoCallbacks" | "verificationMethods">;
} {
  const storageKey = createStorageKey();
  return {
    storageKey,
    options: { cryptoCallbacks: storageKey.callbacks, verificationMethods: VERIFICATION_METHODS },
  };
}
