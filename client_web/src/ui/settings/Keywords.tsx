import { type FormEvent, useState } from "react";
import { keywords } from "../../matrix/push";
import { useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import type { Work } from "../../state/useWork";
import { t } from "../../words";
import { Group } from "../account/Group";
import { Button, Icon, TextField } from "../controls";
import styles from "./settings.module.css";

/** Words that count as a mention. */
export function Keywords({ work }: { readonly work: Work }) {
  const { push } = useClient();
  const words = keywords(useValue(push.rules));
  const [word, setWord] = useState("");
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (await work.act(() => push.addKeyword(word))) setWord("");
  };
  return (
    <Group title={t("settings.notifications_keywords")}>
      {words.length > 0 && (
        <ul className={styles.chips}>
          {words.map((each) => (
            <li key={each}>
              <button
                type="button"
                className={styles.chip}
                aria-label={t("settings.notifications_keyword_remove", each)}
                onClick={() => void work.act(() => push.removeKeyword(each))}
              >
                {each}
                <Icon name="x" size="small" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form className={styles.inline} onSubmit={add}>
        <TextField
          label={t("settings.notifications_keyword_add")}
          labelHidden
          placeholder={t("settings.notifications_keyword_field")}
          maxLength={100}
          value={word}
          onChange={setWord}
        />
        <Button type="submit" disabled={word.trim() === "" || work.busy}>
          {t("settings.notifications_keyword_add")}
        </Button>
      </form>
    </Group>
  );
}
