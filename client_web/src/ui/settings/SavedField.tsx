import { type FormEvent, useEffect, useState } from "react";
import { t } from "../../words";
import { Button, TextField, type TextFieldProps } from "../controls";
import styles from "./settings.module.css";

interface SavedFieldProps extends Omit<TextFieldProps, "onChange"> {
  readonly onSave: (value: string) => Promise<unknown>;
}

/** A line of text that is saved by Return, or by the button that appears when it is another one. */
export function SavedField({ value, onSave, disabled, ...rest }: SavedFieldProps) {
  const [text, setText] = useState(value);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setText(value), [value]);
  const isChanged = text.trim() !== value;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged) return;
    setBusy(true);
    await onSave(text.trim());
    setBusy(false);
  };
  return (
    <form className={styles.inline} onSubmit={save}>
      <TextField value={text} onChange={setText} disabled={disabled} {...rest} />
      {isChanged && !disabled && (
        <Button type="submit" kind="primary" busy={isBusy}>
          {t("settings.save")}
        </Button>
      )}
    </form>
  );
}
