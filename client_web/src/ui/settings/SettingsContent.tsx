import type { ReactNode } from "react";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./settings.module.css";

interface SettingsContentProps {
  readonly lead?: string;
  readonly error?: string;
  readonly children: ReactNode;
}

/** A page of settings below its title: what it is about, what went wrong, and groups. */
export function SettingsContent({ lead, error = "", children }: SettingsContentProps) {
  return (
    <div className={styles.page}>
      {lead && <p className={styles.lead}>{lead}</p>}
      <ErrorLine error={error} />
      {children}
    </div>
  );
}
