import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./ButtonLink.module.css";

interface ButtonLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A way to another page, among buttons. */
export function ButtonLink({ href, children }: ButtonLinkProps) {
  return (
    <Link href={href} className={styles.link}>
      {children}
    </Link>
  );
}
