import { useState } from "react";
import { t } from "../../words";
import { TextField } from "../controls";
import { MemberRows } from "./MemberRows";
import styles from "./MembersPanel.module.css";

/** Everybody in a room, and a field to find one of them. */
export default function MembersPanel({ roomId }: { readonly roomId: string }) {
  const [words, setWords] = useState("");
  return (
    <>
      <div className={styles.find}>
        <TextField
          label={t("main.members.find")}
          labelHidden
          type="search"
          icon="search"
          placeholder={t("main.members.find")}
          value={words}
          onChange={setWords}
        />
      </div>
      <MemberRows roomId={roomId} words={words} />
    </>
  );
}
