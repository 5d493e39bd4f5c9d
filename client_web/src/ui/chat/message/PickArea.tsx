import { useValue } from "../../../state/useValue";
import { t } from "../../../words";
import { classNames, Icon } from "../../controls";
import { useConversation } from "../Conversation";
import styles from "./PickArea.module.css";

interface PickAreaProps {
  readonly itemKey: string;
  /** What a screen reader is told of the message. */
  readonly label: string;
}

/** Over a message while messages are picked: a click anywhere ticks it. */
export function PickArea({ itemKey, label }: PickAreaProps) {
  const { picks } = useConversation();
  const keys = useValue(picks.keys);
  const isPicked = keys?.has(itemKey) === true;
  return (
    <label className={classNames(styles.area, isPicked && styles.picked)} data-picked={isPicked || undefined}>
      <input
        type="checkbox"
        className="visually-hidden"
        checked={isPicked}
        aria-label={`${t("main.select.name")}: ${label}`}
        onChange={() => picks.toggle(itemKey)}
      />
      <span className={styles.tick}>{isPicked && <Icon name="check" size="small" />}</span>
    </label>
  );
}
