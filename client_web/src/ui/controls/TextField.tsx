import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { t } from "../../words";
import { classNames } from "./classNames";
import styles from "./Field.module.css";
import { Icon } from "./Icon";
import { IconButton } from "./IconButton";

export interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Only who cannot see the field is told its label. */
  readonly labelHidden?: boolean;
  readonly icon?: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** What stands at its end, such as the keys that lead here. */
  readonly end?: ReactNode;
}

/** A line of text; a password can be looked at. */
export function TextField({
  label,
  value,
  onChange,
  labelHidden = false,
  icon,
  hint,
  error,
  end,
  type = "text",
  className,
  id,
  ...rest
}: TextFieldProps) {
  const ownId = useId();
  const fieldId = id ?? ownId;
  const [shown, setShown] = useState(false);
  const isPassword = type === "password";
  const noteId = error || hint ? `${fieldId}-note` : undefined;
  return (
    <div className={classNames(styles.field, className)}>
      <label htmlFor={fieldId} className={labelHidden ? "visually-hidden" : styles.label}>
        {label}
      </label>
      <div className={classNames(styles.box, error && styles.wrong)}>
        {icon && <Icon name={icon} size="small" />}
        <input
          id={fieldId}
          className={styles.input}
          type={isPassword && shown ? "text" : type}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={noteId}
          {...rest}
        />
        {isPassword && (
          <IconButton
            small
            icon={shown ? "eye-off" : "eye"}
            label={t(shown ? "control.hidePassword" : "control.showPassword")}
            onClick={() => setShown(!shown)}
          />
        )}
        {end}
      </div>
      {error ? (
        <p id={noteId} className={styles.error} role="alert">
          {error}
        </p>
      ) : (
        hint && (
          <p id={noteId} className={styles.hint}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}
