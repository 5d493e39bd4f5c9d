import type { RedactedItem, UndecryptableItem } from "../../../matrix/timeline/values";
import { t, type WordId } from "../../../words";
import { Icon } from "../../controls";
import styles from "./MissingContent.module.css";

/** A message that was removed, or that cannot be decrypted, and why. */
export function MissingContent({ item }: { readonly item: RedactedItem | UndecryptableItem }) {
  const isRedacted = item.kind === "redacted";
  return (
    <p className={styles.missing}>
      <Icon name={isRedacted ? "trash-2" : "lock"} size="small" />
      <span>{isRedacted ? redactedWords(item) : t(`undecryptable.${item.word}` as WordId)}</span>
    </p>
  );
}

function redactedWords(item: RedactedItem): string {
  if (item.by !== null) {
    return item.reason ? t("main.redacted.by_reason", item.by, item.reason) : t("main.redacted.by", item.by);
  }
  return item.reason ? t("main.redacted.reason", item.reason) : t("main.redacted");
}
