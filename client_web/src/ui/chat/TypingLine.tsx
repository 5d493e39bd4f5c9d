import { t } from "../../words";
import styles from "./ChatBox.module.css";
import { useRoomHere } from "./Conversation";

/** Who is writing something, below the composer. */
export function TypingLine() {
  const names = useRoomHere((room) => room?.typing) ?? [];
  return (
    <p className={styles.typing} aria-live="polite">
      {typingWords(names)}
    </p>
  );
}

function typingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (second === undefined) return t("main.typing.one", first);
  if (names.length === 2) return t("main.typing.two", first, second);
  return t("main.typing.many", first, { n: names.length - 1 });
}
