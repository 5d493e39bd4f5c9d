import { useEffect, useRef, useState } from "react";
import type { MessageItem } from "../../matrix/timeline/values";
import { useClient } from "../../state/ChatContext";

interface Shared {
  readonly items: readonly MessageItem[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly lookFurther: () => void;
}

/** So many are looked for before somebody asks for more, in at most so many pages of the history. */
const ENOUGH = 24;
const MOST_PAGES = 10;
const NOTHING = { items: [] as readonly MessageItem[], next: undefined as string | null | undefined };

/** Gather what was shared in a room, from its end backwards, until there is enough of what is wanted. */
export function useShared(roomId: string, isWanted: (item: MessageItem) => boolean, kind: string): Shared {
  const { timelines } = useClient();
  const found = useRef(NOTHING);
  const [asked, setAsked] = useState(0);
  const [shown, setShown] = useState({ ...NOTHING, isLoading: true, error: undefined as unknown });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `kind` says what is wanted
  useEffect(() => {
    let isHere = true;
    const look = async () => {
      const before = found.current.items.filter(isWanted).length;
      const isEnough = (items: readonly MessageItem[]) =>
        items.filter(isWanted).length >= (asked === 0 ? ENOUGH : before + ENOUGH);
      for (let page = 0; page < MOST_PAGES && isHere; page += 1) {
        const { items, next } = found.current;
        if (next === null || isEnough(items)) break;
        const more = await timelines.shared(roomId, next);
        if (!isHere) return;
        found.current = { items: [...items, ...more.items], next: more.next };
        setShown({ ...found.current, isLoading: true, error: undefined });
      }
    };
    setShown({ ...found.current, isLoading: true, error: undefined });
    look()
      .catch((error: unknown) => error)
      .then((error) => isHere && setShown({ ...found.current, isLoading: false, error }));
    return () => {
      isHere = false;
    };
  }, [timelines, roomId, kind, asked]);
  return { ...shown, hasMore: shown.next !== null, lookFurther: () => setAsked(asked + 1) };
}
