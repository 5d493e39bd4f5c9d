const MIN_LENGTH = 12;

/** A passphrase that is wanted or not, as far as it was typed. */
export interface PassphraseState {
  readonly wanted: boolean;
  readonly text: string;
}

export const NO_PASSPHRASE: PassphraseState = { wanted: false, text: "" };

/** Tell whether a passphrase is long enough to keep keys safe. */
export function isLongEnough(text: string): boolean {
  return [...text].length >= MIN_LENGTH;
}

/** Tell whether one can go on with it. */
export function isComplete(state: PassphraseState): boolean {
  return !state.wanted || isLongEnough(state.text);
}

/** Return the passphrase; empty where none is wanted. */
export function passphraseOf(state: PassphraseState): string {
  return state.wanted ? state.text : "";
}
