import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "./classNames";
import styles from "./Field.module.css";

export interface TextAreaProps extends Omit<ComponentProps<"textarea">, "onChange" | "value"> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly labelHidden?: boolean;
  readonly hint?: ReactNode;
}

/** Several lines of text. */
export function TextArea({
  label,
  value,
  onChange,
  labelHidden = false,
  hint,
  className,
  ...rest
}: TextAreaProps) {
  const id = useId();
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={id} className={labelHidden ? "visually-hidden" : styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <textarea
          id={id}
          className={classNames(styles.input, styles.area)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-describedby={hint ? `${id}-note` : undefined}
          {...rest}
        />
      </div>
      {hint && (
        <p id={`${id}-note`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
