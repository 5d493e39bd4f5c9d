import { useState } from "react";
import { t } from "../../words";
import { Dialog } from "../controls";
import { useDialog } from "../dialogs/useDialog";
import styles from "./Search.module.css";
import { SearchField } from "./SearchField";
import { SearchResults } from "./SearchResults";

/** Messages of all rooms that hold some words. */
export default function SearchDialog() {
  const { close } = useDialog();
  const [words, setWords] = useState("");
  return (
    <Dialog open onClose={close} size="wide" title={t("main.search.all")}>
      <div className={styles.inDialog}>
        <SearchField value={words} onChange={setWords} placeholder={t("main.search.all")} />
        <SearchResults words={words} onOpen={close} />
      </div>
    </Dialog>
  );
}
