import { useState } from "react";
import { t } from "../../words";
import { Dialog } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import { SearchField } from "../search/SearchField";
import { KeyTable } from "./KeyTable";
import styles from "./settings.module.css";

/** Every key there is, in passing. */
export default function ShortcutsDialog() {
  const { close } = useDialog();
  const [words, setWords] = useState("");
  return (
    <Dialog open onClose={close} size="wide" title={t("dialogs.shortcuts_title")}>
      <SearchField value={words} onChange={setWords} placeholder={t("dialogs.shortcuts_search")} />
      <div className={styles.sheet}>
        <KeyTable words={words} />
      </div>
    </Dialog>
  );
}
