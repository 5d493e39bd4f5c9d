import { t } from "../../words";
import { Checkbox, TextField } from "../controls";
import type { PassphraseState } from "./passphrase";

interface PassphraseChoiceProps {
  readonly state: PassphraseState;
  readonly onChange: (state: PassphraseState) => void;
}

/** Whether there is to be a passphrase beside the recovery key, and which. */
export function PassphraseChoice({ state, onChange }: PassphraseChoiceProps) {
  return (
    <>
      <Checkbox
        label={t("encryption.setup_passphrase")}
        checked={state.wanted}
        onChange={(wanted) => onChange({ ...state, wanted })}
      />
      {state.wanted && (
        <TextField
          type="password"
          autoComplete="new-password"
          autoFocus
          label={t("encryption.setup_passphrase_field")}
          hint={t("encryption.setup_passphrase_weak")}
          value={state.text}
          onChange={(text) => onChange({ ...state, text })}
        />
      )}
    </>
  );
}
