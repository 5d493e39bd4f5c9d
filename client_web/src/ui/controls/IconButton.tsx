import type { ComponentProps } from "react";
import { classNames } from "./classNames";
import { Icon } from "./Icon";
import styles from "./IconButton.module.css";
import { Tooltip } from "./Tooltip";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly icon: string;
  /** What it does: its tooltip and its accessible name. */
  readonly label: string;
  readonly keys?: string;
  readonly kind?: "quiet" | "primary" | "danger";
  /** Whether what it opens is open; leave out for a button that opens nothing. */
  readonly pressed?: boolean;
  readonly small?: boolean;
  readonly tooltipSide?: "top" | "bottom" | "inline-start" | "inline-end";
}

/** A button with a drawing on it. */
export function IconButton({
  icon,
  label,
  keys,
  kind = "quiet",
  pressed,
  small = false,
  tooltipSide = "top",
  className,
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      className={classNames(
        styles.button,
        styles[kind],
        pressed && styles.pressed,
        small && styles.small,
        className,
      )}
      {...rest}
    >
      <Icon name={icon} size={small ? "small" : "normal"} />
    </button>
  );
  return (
    <Tooltip text={label} keys={keys} side={tooltipSide}>
      {button}
    </Tooltip>
  );
}
