import { Icon } from "../controls";
import styles from "./encryption.module.css";

/** What went wrong, where it went wrong; nothing while all is well. */
export function ErrorLine({ error }: { readonly error: string }) {
  if (!error) return null;
  return (
    <p className={styles.error} role="alert">
      <Icon name="circle-alert" size="small" />
      <span>{error}</span>
    </p>
  );
}
