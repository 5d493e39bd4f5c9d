import { Icon } from "../controls";
import styles from "./encryption.module.css";

interface ChoiceProps {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  readonly onClick: () => void;
}

/** One of a few ways to go on. */
export function Choice({ icon, title, text, onClick }: ChoiceProps) {
  return (
    <button type="button" className={styles.choice} onClick={onClick}>
      <Icon name={icon} />
      <span className={styles.choiceWords}>
        <strong>{title}</strong>
        <span>{text}</span>
      </span>
      <Icon name="chevron-right" size="small" />
    </button>
  );
}
