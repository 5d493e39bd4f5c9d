import { rankOf } from "../../state/ranking";
import {
  actionsWithKeys,
  keyCaps,
  type ShortcutAction,
  type ShortcutSection,
  sectionOf,
} from "../../state/shortcuts";
import { t } from "../../words";
import { Group } from "../account/Group";
import styles from "./settings.module.css";

const SECTIONS: readonly ShortcutSection[] = ["move", "find", "read", "write", "window"];

/** What keys do, by kind; only what the words fit. */
export function KeyTable({ words }: { readonly words: string }) {
  const fitting = actionsWithKeys().filter((action) => {
    return rankOf(words, t(`shortcut.${action}`), keyCaps(action).join(" ")) !== undefined;
  });
  if (fitting.length === 0) return <p className={styles.muted}>{t("dialogs.shortcuts_none")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a mouse it is scrolled from here
    <section className={styles.page} tabIndex={0} aria-label={t("dialogs.shortcuts_title")}>
      {SECTIONS.map((section) => {
        const actions = fitting.filter((action) => sectionOf(action) === section);
        if (actions.length === 0) return null;
        return (
          <Group key={section} title={t(`shortcut.section.${section}`)}>
            <dl className={styles.table}>
              {actions.map((action) => (
                <KeyRow key={action} action={action} />
              ))}
            </dl>
          </Group>
        );
      })}
    </section>
  );
}

function KeyRow({ action }: { readonly action: ShortcutAction }) {
  return (
    <div className={styles.keyRow}>
      <dt>{t(`shortcut.${action}`)}</dt>
      <dd className={styles.keys}>
        {keyCaps(action).map((cap) => (
          <kbd key={cap} className={styles.key}>
            {cap}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
