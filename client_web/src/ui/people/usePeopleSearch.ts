import { useEffect, useMemo, useState } from "react";
import { errorWords, Offline } from "../../matrix/errors";
import type { Profile } from "../../matrix/types";
import { useClient } from "../../state/ChatContext";
import { rankOf } from "../../state/ranking";

interface FoundPeople {
  readonly people: readonly Profile[];
  readonly isBusy: boolean;
  readonly error: string;
}

const USER_ID = /^@[a-z0-9._=/+-]+:[^\s:]+(?::\d+)?$/;
const MOST = 30;
/** Nobody is asked while somebody types. */
const PAUSE_MS = 300;

/** Find people: those one knows first, then the server's directory, then whoever's id is typed. */
export function usePeopleSearch(words: string): FoundPeople {
  const { people, userId } = useClient();
  const term = words.trim();
  const known = useMemo(() => people.acquaintances(), [people]);
  const [answer, setAnswer] = useState<{ term: string; found: readonly Profile[]; error: string } | null>(
    null,
  );
  useEffect(() => {
    if (term === "") return setAnswer(null);
    let isWanted = true;
    const timer = setTimeout(() => {
      people.search(term).then(
        (found) => isWanted && setAnswer({ term, found, error: "" }),
        (problem) => {
          // Without a connection there are those one knows.
          const error = problem instanceof Offline ? "" : errorWords(problem);
          if (isWanted) setAnswer({ term, found: [], error });
        },
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [people, term]);
  const found = useMemo(
    () => together(term, known, answer?.found ?? []).filter((person) => person.userId !== userId),
    [term, known, answer, userId],
  );
  return { people: found, isBusy: term !== "" && answer?.term !== term, error: answer?.error ?? "" };
}

/** Everybody once, at most a few; an id that is typed in full is always there. */
export function together(
  term: string,
  known: readonly Profile[],
  there: readonly Profile[],
): readonly Profile[] {
  const fitting = known
    .map((person) => ({ person, rank: rankOf(term, person.name, person.userId.slice(1)) }))
    .filter((each): each is { person: Profile; rank: number } => each.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .map(({ person }) => person);
  const typed: readonly Profile[] = USER_ID.test(term) ? [{ userId: term, name: term, avatar: null }] : [];
  const all = new Map<string, Profile>();
  for (const person of [...fitting, ...there, ...typed])
    if (!all.has(person.userId)) all.set(person.userId, person);
  const found = [...all.values()].slice(0, MOST);
  const isTypedShown = typed.length === 0 || found.some((person) => person.userId === term);
  return isTypedShown ? found : [...typed, ...found];
}
