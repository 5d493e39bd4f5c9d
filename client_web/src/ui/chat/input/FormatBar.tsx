import { keysText, type ShortcutAction } from "../../../state/shortcuts";
import { t, type WordId } from "../../../words";
import { IconButton } from "../../controls";
import { type Edited, keepSelected, link, list, quote, wrap } from "./editText";
import styles from "./FormatBar.module.css";
import type { Field } from "./useField";

interface Format {
  readonly word: WordId;
  readonly icon: string;
  readonly keys?: ShortcutAction;
  readonly change: (now: Edited) => Edited;
}

const FORMATS: readonly Format[] = [
  { word: "main.format.bold", icon: "bold", keys: "bold", change: keepSelected((now) => wrap(now, "**")) },
  {
    word: "main.format.italic",
    icon: "italic",
    keys: "italic",
    change: keepSelected((now) => wrap(now, "*")),
  },
  { word: "main.format.strike", icon: "strikethrough", change: keepSelected((now) => wrap(now, "~~")) },
  { word: "main.format.code", icon: "code", keys: "code", change: keepSelected((now) => wrap(now, "`")) },
  // The address is to be written next.
  { word: "main.format.link", icon: "link", keys: "insertLink", change: link },
  { word: "main.format.quote", icon: "text-quote", keys: "quote", change: keepSelected(quote) },
  { word: "main.format.list", icon: "list", change: keepSelected(list) },
];

/** How what is selected is written: above the field as long as something is selected there. */
export function FormatBar({ field }: { readonly field: Field }) {
  return (
    <div
      className={styles.bar}
      role="toolbar"
      aria-label={t("main.format.bar")}
      // The field keeps the focus, and with it what is selected.
      onPointerDown={(event) => event.preventDefault()}
      onMouseDown={(event) => event.preventDefault()}
    >
      {FORMATS.map(({ word, icon, keys, change }) => (
        <IconButton
          key={word}
          small
          icon={icon}
          label={t(word)}
          {...(keys && { keys: keysText(keys) })}
          tabIndex={-1}
          onClick={() => {
            field.edit(change);
            field.ref.current?.focus();
          }}
        />
      ))}
    </div>
  );
}
