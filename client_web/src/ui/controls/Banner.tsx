import type { ReactNode } from "react";
import styles from "./Banner.module.css";
import { classNames } from "./classNames";
import { Icon } from "./Icon";

interface BannerProps {
  readonly kind?: "info" | "warning" | "danger" | "success";
  readonly title?: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

const ICONS = {
  info: "info",
  warning: "triangle-alert",
  danger: "circle-alert",
  success: "circle-check",
} as const;

/** A line that stays until what it speaks of is over. */
export function Banner({ kind = "info", title, children, actions }: BannerProps) {
  return (
    <div className={classNames(styles.banner, styles[kind])} role={kind === "danger" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} size="small" />
      <div className={styles.text}>
        {title && <strong className={styles.title}>{title}</strong>}
        <span>{children}</span>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
