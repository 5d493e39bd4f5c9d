import type { Shield } from "../../../matrix/types";
import { t, type WordId } from "../../../words";
import { classNames, Icon, Tooltip } from "../../controls";
import styles from "./ShieldMark.module.css";

/** A mark beside a message whose encryption is not as it should be, and what that means. */
export function ShieldMark({ shield }: { readonly shield: Shield }) {
  const words = t(`shield.${shield.word}` as WordId);
  return (
    <Tooltip text={words}>
      <span
        className={classNames(styles.mark, shield.level === "red" && styles.red)}
        role="img"
        aria-label={words}
      >
        <Icon
          name={
            shield.word === "not_encrypted"
              ? "lock-open"
              : shield.level === "red"
                ? "shield-alert"
                : "shield-question-mark"
          }
          size="small"
        />
      </span>
    </Tooltip>
  );
}
