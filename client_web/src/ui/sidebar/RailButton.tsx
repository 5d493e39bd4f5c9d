import type { ComponentProps, ReactNode } from "react";
import { Badge, classNames, Icon, Tooltip } from "../controls";
import styles from "./Rail.module.css";

interface RailButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly label: string;
  readonly keys?: string;
  readonly icon?: string;
  /** A picture instead of an icon. */
  readonly picture?: ReactNode;
  /** Whether it is what is shown; leave out for what does something. */
  readonly isCurrent?: boolean;
  readonly unread?: number;
  readonly mentions?: number;
}

/** One square of the rail. What is chosen has a mark at the edge. */
export function RailButton({
  label,
  keys,
  icon,
  picture,
  isCurrent,
  unread = 0,
  mentions = 0,
  className,
  ...rest
}: RailButtonProps) {
  return (
    <Tooltip text={label} keys={keys} side="inline-end">
      <button
        type="button"
        className={classNames(styles.button, isCurrent && styles.current, icon && styles.drawn, className)}
        aria-label={label}
        aria-current={isCurrent || undefined}
        {...rest}
      >
        {icon ? <Icon name={icon} /> : picture}
        {mentions > 0 ? (
          <span className={styles.badge}>
            <Badge count={mentions} mention />
          </span>
        ) : (
          unread > 0 && <span className={styles.dot} />
        )}
      </button>
    </Tooltip>
  );
}
