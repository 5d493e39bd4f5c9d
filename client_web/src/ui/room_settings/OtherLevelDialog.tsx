import { type FormEvent, useId, useState } from "react";
import { t } from "../../words";
import { Button, Dialog, TextField } from "../controls";

interface OtherLevelDialogProps {
  readonly level: number;
  readonly highest: number;
  readonly onClose: () => void;
  readonly onChoose: (level: number) => void;
}

/** The largest number that every server reads alike. */
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Asks for a power level that is none of the roles. */
export function OtherLevelDialog({ level, highest, onClose, onChoose }: OtherLevelDialogProps) {
  const [text, setText] = useState(Number.isFinite(level) ? String(level) : "");
  const [error, setError] = useState("");
  const formId = useId();
  const most = Math.min(highest, LARGEST);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = /^-?\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(wanted) && wanted <= most) onChoose(wanted);
    else setError(t("dialogs.role_other_error", most));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("dialogs.role_other_title")}
      description={t("dialogs.role_other_text")}
      actions={
        <>
          <Button onClick={onClose}>{t("dialogs.cancel")}</Button>
          <Button kind="primary" type="submit" form={formId}>
            {t("dialogs.role_other_submit")}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit}>
        <TextField
          autoFocus
          inputMode="numeric"
          label={t("dialogs.role_other_field")}
          value={text}
          error={error}
          onChange={(value) => {
            setText(value);
            setError("");
          }}
        />
      </form>
    </Dialog>
  );
}
