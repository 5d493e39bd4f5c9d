import type { Verification } from "../../matrix/crypto";
import { t, type WordId } from "../../words";
import styles from "./encryption.module.css";

/** What both sides compare: seven emoji with their names, or three numbers. */
export function EmojiGrid({ emoji, numbers }: Pick<Verification, "emoji" | "numbers">) {
  if (emoji.length === 0) {
    return (
      <p className={styles.numbers} data-testid="sas">
        {numbers.map((number, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same number may come twice, and none of them moves
          <span key={index}>{number}</span>
        ))}
      </p>
    );
  }
  return (
    <ol className={styles.emoji} data-testid="sas">
      {emoji.map(({ symbol, number }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same emoji may come twice, and none of them moves
        <li key={index}>
          <span className={styles.symbol} aria-hidden="true">
            {symbol}
          </span>
          {t(`sas.${number}` as WordId)}
        </li>
      ))}
    </ol>
  );
}
