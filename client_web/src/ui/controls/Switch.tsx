import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";
import styles from "./Choice.module.css";
import { classNames } from "./classNames";

interface ChoiceProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
}

/** Something that is on or off, at once. */
export function Switch({ label, checked, onChange, hint, disabled = false }: ChoiceProps) {
  const id = useId();
  return (
    <div className={classNames(styles.row, disabled && styles.disabled)}>
      <div className={styles.words}>
        <span id={id}>{label}</span>
        {hint && <span className={styles.hint}>{hint}</span>}
      </div>
      <Base.Root
        className={styles.switch}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-labelledby={id}
      >
        <Base.Thumb className={styles.thumb} />
      </Base.Root>
    </div>
  );
}
