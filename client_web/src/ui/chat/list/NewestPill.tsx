import { t } from "../../../words";
import { Icon } from "../../controls";
import styles from "./NewestPill.module.css";

interface NewestPillProps {
  readonly arrived: number;
  readonly onPress: () => void;
}

/** The way back to the newest message, and how many came meanwhile. */
export function NewestPill({ arrived, onPress }: NewestPillProps) {
  return (
    <button
      type="button"
      className={arrived > 0 ? `${styles.pill} ${styles.news}` : styles.pill}
      onClick={onPress}
    >
      <Icon name="arrow-down" size="small" />
      {arrived > 0 ? t("main.pill.news", { n: arrived }) : t("main.pill.newest")}
    </button>
  );
}
