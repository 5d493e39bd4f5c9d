import { memo, useState } from "react";
import type { ChangeItem, FoldItem } from "../../../matrix/timeline/values";
import { usePreferences } from "../../../state/usePreferences";
import { t } from "../../../words";
import { Icon } from "../../controls";
import { ChangeRow, changeWords } from "./ChangeRow";
import styles from "./ChangeRow.module.css";

/** Changes that follow each other: the first in words, the others once somebody wants them. */
export const FoldRow = memo(function FoldRow({ item }: { readonly item: FoldItem }) {
  const [isOpen, setOpen] = useState(false);
  const changes = useShownChanges(item.changes);
  const [first] = changes;
  if (first === undefined) return null;
  const isCreation = first.word === "created" || first.word === "space_created";
  const more = isCreation ? t("main.created.more") : t("chat.fold.more", { n: changes.length - 1 });
  if (!isOpen && changes.length > 1) {
    return (
      <div className={styles.row} data-key={item.key}>
        <Icon name="info" size="small" />
        <span className={styles.words}>
          {changeWords(first)}{" "}
          <button type="button" className={styles.link} aria-expanded={false} onClick={() => setOpen(true)}>
            {more}
          </button>
        </span>
      </div>
    );
  }
  return (
    <div data-key={item.key}>
      {changes.map((change) => (
        <ChangeRow key={change.key} item={change} />
      ))}
      {changes.length > 1 && (
        <div className={styles.row}>
          <Icon name="chevron-up" size="small" />
          <button type="button" className={styles.link} aria-expanded onClick={() => setOpen(false)}>
            {t("chat.fold.less")}
          </button>
        </div>
      )}
    </div>
  );
});

const JOINS = new Set(["joined", "left", "left_reason"]);
const PROFILES = new Set(["renamed", "name_chosen", "name_removed", "picture_changed", "picture_removed"]);

/** Leave out what somebody does not want to hear of. */
export function useShownChanges(changes: readonly ChangeItem[]): readonly ChangeItem[] {
  const { showJoins, showProfileChanges } = usePreferences();
  return changes.filter((change) => {
    if (change.kind !== "membership") return true;
    return (showJoins || !JOINS.has(change.word)) && (showProfileChanges || !PROFILES.has(change.word));
  });
}
