import { classNames, Icon } from "../controls";
import styles from "./encryption.module.css";

/** How it ended, large. */
export function Shield({ well }: { readonly well: boolean }) {
  return (
    <span className={classNames(styles.mark, !well && styles.warning)}>
      <Icon name={well ? "shield-check" : "shield-alert"} size="large" />
    </span>
  );
}
