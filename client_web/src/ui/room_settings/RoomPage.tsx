import type { ReactNode } from "react";
import { ErrorLine } from "../encryption/ErrorLine";
import styles from "./RoomSettings.module.css";

interface RoomPageProps {
  readonly lead?: string;
  readonly error?: string;
  readonly children: ReactNode;
}

/** A page of a room's settings below its title. */
export function RoomPage({ lead, error = "", children }: RoomPageProps) {
  return (
    <>
      {lead && <p className={styles.lead}>{lead}</p>}
      <ErrorLine error={error} />
      {children}
    </>
  );
}
