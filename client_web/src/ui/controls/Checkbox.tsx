import { Checkbox as Base } from "@base-ui/react/checkbox";
import { type ReactNode, useId } from "react";
import styles from "./Choice.module.css";
import { classNames } from "./classNames";
import { Icon } from "./Icon";

interface CheckboxProps {
  readonly label: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** Something that is taken or left, before it counts. */
export function Checkbox({ label, checked, onChange, disabled = false }: CheckboxProps) {
  const id = useId();
  return (
    <div className={classNames(styles.check, disabled && styles.disabled)}>
      <Base.Root
        className={styles.box}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-labelledby={id}
      >
        <Base.Indicator className={styles.mark}>
          <Icon name="check" size="small" />
        </Base.Indicator>
      </Base.Root>
      <span id={id}>{label}</span>
    </div>
  );
}
