import type { ReactNode } from "react";
import { classNames } from "../controls";
import styles from "./Tag.module.css";

interface TagProps {
  readonly children: ReactNode;
  readonly kind?: "plain" | "accent" | "warning" | "danger";
}

/** A word about something, such as what an account may not do. */
export function Tag({ children, kind = "plain" }: TagProps) {
  return <span className={classNames(styles.tag, styles[kind])}>{children}</span>;
}
