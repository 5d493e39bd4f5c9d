import type { EncryptionState, EncryptionStep } from "./types";

/** Return what is to be done to read and keep encrypted history. */
export function nextStep(state: EncryptionState): EncryptionStep {
  if (!state.known || !state.available) return "none";
  if (!state.identityExists) return "set_up";
  if (!state.deviceVerified) return "verify";
  if (!state.storageExists) return "set_up";
  return state.backupActive ? "none" : "backup";
}

export const UNKNOWN_STATE: EncryptionState = {
  known: false,
  available: true,
  identityExists: false,
  deviceVerified: false,
  privateKeysHere: false,
  secretsMissing: false,
  storageExists: false,
  backupVersion: null,
  backupTrusted: false,
  backupActive: false,
  keysWaiting: 0,
};
