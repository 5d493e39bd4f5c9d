import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Profile } from "../../matrix/types";
import { t } from "../../words";
import { classNames, Icon, Skeleton, TextField } from "../controls";
import { ErrorLine } from "../encryption/ErrorLine";
import { MediaAvatar } from "../shell/MediaAvatar";
import styles from "./PeoplePicker.module.css";
import { usePeopleSearch } from "./usePeopleSearch";

interface PeoplePickerProps {
  /** Those who are chosen already. */
  readonly chosen: readonly Profile[];
  readonly onToggle: (person: Profile) => void;
  /** Why somebody cannot be chosen; empty for who can. */
  readonly noteOf?: (userId: string) => string;
  readonly disabled?: boolean;
}

/** Finds people by their name or id; arrows and Return choose, too. */
export function PeoplePicker({ chosen, onToggle, noteOf = () => "", disabled = false }: PeoplePickerProps) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const { people, isBusy, error } = usePeopleSearch(words);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  const current = Math.min(at, people.length - 1);
  const pick = (person: Profile | undefined) => {
    if (person === undefined || noteOf(person.userId) !== "" || disabled) return;
    onToggle(person);
    setWords("");
    setAt(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, people.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, current - 1));
    else if (event.key === "Enter" && !event.nativeEvent.isComposing) pick(people[current]);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className={styles.picker}>
      <TextField
        label={t("dialogs.direct_search")}
        labelHidden
        type="search"
        icon="search"
        placeholder={t("dialogs.direct_search")}
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-expanded={people.length > 0}
        aria-controls={id}
        aria-activedescendant={people.length > 0 ? `${id}-${current}` : undefined}
        value={words}
        onChange={(value) => {
          setWords(value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ErrorLine error={error} />
      <div className={styles.people} id={id} role="listbox" aria-label={t("main.panel.members")}>
        {people.map((person, index) => (
          <PersonOption
            key={person.userId}
            id={`${id}-${index}`}
            person={person}
            note={noteOf(person.userId)}
            isCurrent={index === current}
            isChosen={chosen.some((each) => each.userId === person.userId)}
            onPick={() => pick(person)}
          />
        ))}
      </div>
      {people.length === 0 && isBusy && <Skeleton rows={3} pictures />}
      {people.length === 0 && !isBusy && (
        <p className={styles.hint}>
          {t(words.trim() === "" ? "dialogs.direct_hint" : "dialogs.direct_none")}
        </p>
      )}
    </div>
  );
}

interface PersonOptionProps {
  readonly id: string;
  readonly person: Profile;
  readonly note: string;
  readonly isCurrent: boolean;
  readonly isChosen: boolean;
  readonly onPick: () => void;
}

function PersonOption({ id, person, note, isCurrent, isChosen, onPick }: PersonOptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      aria-disabled={note !== "" || undefined}
      className={classNames(styles.person, isCurrent && styles.current, note !== "" && styles.off)}
      onClick={onPick}
    >
      <MediaAvatar id={person.userId} name={person.name} picture={person.avatar} />
      <span className={styles.words}>
        <span className={styles.name}>{person.name}</span>
        {person.name !== person.userId && <span className={styles.userId}>{person.userId}</span>}
      </span>
      {note && <span className={styles.note}>{note}</span>}
      {isChosen && <Icon name="check" size="small" />}
    </div>
  );
}
