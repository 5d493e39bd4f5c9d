import { useState } from "react";
import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { t } from "../../words";
import styles from "../search/Search.module.css";
import { SearchField } from "../search/SearchField";
import { SearchResults } from "../search/SearchResults";
import { Segmented } from "../search/Segmented";

/** Messages that hold some words, here or everywhere. */
export default function SearchPanel({ roomId }: { readonly roomId: string }) {
  const client = useClient();
  const name = useValue(client.rooms.room(roomId), (room) => room?.name ?? "");
  const [words, setWords] = useState("");
  const [isEverywhere, setEverywhere] = useState(false);
  return (
    <div className={styles.search}>
      <SearchField
        value={words}
        onChange={setWords}
        placeholder={isEverywhere ? t("main.search.all") : t("main.search.room", name)}
      />
      <Segmented
        label={t("main.panel.search")}
        value={isEverywhere ? "all" : "room"}
        onChange={(value) => setEverywhere(value === "all")}
        options={[
          { value: "room", label: t("main.search.here") },
          { value: "all", label: t("main.search.everywhere") },
        ]}
      />
      <SearchResults words={words} {...(!isEverywhere && { roomId })} />
    </div>
  );
}
