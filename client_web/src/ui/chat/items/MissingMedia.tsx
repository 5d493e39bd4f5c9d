import { errorWords } from "../../../matrix/errors";
import { Icon } from "../../controls";
import styles from "./MissingMedia.module.css";

/** A file that could not be had, and why. */
export function MissingMedia({ label, error }: { readonly label: string; readonly error: unknown }) {
  return (
    <div className={styles.missing} role="img" aria-label={label}>
      <Icon name="image-off" />
      <span>{errorWords(error)}</span>
    </div>
  );
}
