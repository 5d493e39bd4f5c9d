import { keysText } from "../../state/shortcuts";
import { t } from "../../words";
import { IconButton, TextField } from "../controls";
import styles from "./Sidebar.module.css";

interface FindFieldProps {
  readonly words: string;
  readonly onChange: (words: string) => void;
  /** The arrow goes on into the list. */
  readonly onDown: () => void;
  readonly onEnter: () => void;
}

/** Narrows the list to what fits the words. */
export function FindField({ words, onChange, onDown, onEnter }: FindFieldProps) {
  return (
    <TextField
      className={styles.field}
      label={t("main.list.find")}
      labelHidden
      type="search"
      icon="search"
      placeholder={t("main.list.find")}
      value={words}
      onChange={onChange}
      autoComplete="off"
      spellCheck={false}
      end={
        words === "" ? (
          <kbd className={styles.keys}>{keysText("quickSwitcher")}</kbd>
        ) : (
          <IconButton small icon="x" label={t("control.clear")} onClick={() => onChange("")} />
        )
      }
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") onDown();
        else if (event.key === "Enter" && words !== "") onEnter();
        else if (event.key === "Escape" && words !== "") onChange("");
        else return;
        event.preventDefault();
      }}
    />
  );
}
