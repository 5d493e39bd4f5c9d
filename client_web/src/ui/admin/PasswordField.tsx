import { t } from "../../words";
import { IconButton, showToast, TextField } from "../controls";
import { newPassword } from "./password";

interface PasswordFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A password that is made for somebody else, who has to be told it: readable, made anew, copied. */
export function PasswordField({ value, onChange }: PasswordFieldProps) {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    showToast(t("control.copied"));
  };
  return (
    <TextField
      label={t("admin.password.label")}
      value={value}
      onChange={onChange}
      hint={t("admin.password.hint")}
      autoComplete="off"
      spellCheck={false}
      required
      end={
        <>
          <IconButton
            small
            icon="refresh-cw"
            label={t("admin.password.new")}
            onClick={() => onChange(newPassword())}
          />
          <IconButton small icon="copy" label={t("admin.copy")} onClick={() => void copy()} />
        </>
      }
    />
  );
}
