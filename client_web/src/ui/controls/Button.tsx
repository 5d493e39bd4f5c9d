import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";
import { classNames } from "./classNames";
import { Icon } from "./Icon";

export interface ButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly children: ReactNode;
  /** `danger` does what cannot be undone, `caution` leads there. */
  readonly kind?: "primary" | "secondary" | "danger" | "caution" | "quiet";
  readonly icon?: string;
  /** It works on what was asked and takes no further press. */
  readonly busy?: boolean;
  readonly wide?: boolean;
}

/** A button with words on it: a verb. */
export function Button({
  children,
  kind = "secondary",
  icon,
  busy = false,
  wide = false,
  className,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classNames(styles.button, styles[kind], wide && styles.wide, busy && styles.busy, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon && <Icon name={icon} size="small" />}
      {children}
    </button>
  );
}
