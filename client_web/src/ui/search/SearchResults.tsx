import { useEffect, useState } from "react";
import { errorWords, Offline } from "../../matrix/errors";
import type { SearchHit } from "../../matrix/search";
import { useChat } from "../../state/ChatContext";
import { t } from "../../words";
import { Banner, EmptyState, Skeleton } from "../controls";
import { HitRow } from "./HitRow";
import styles from "./Search.module.css";

interface SearchResultsProps {
  readonly words: string;
  /** Only this room; everywhere where it is left out. */
  readonly roomId?: string;
  readonly onOpen?: () => void;
}

interface Found {
  readonly hits: readonly SearchHit[];
  readonly isBusy: boolean;
  readonly error: string;
}

const NOTHING: Found = { hits: [], isBusy: false, error: "" };
/** Nobody is asked while somebody types. */
const PAUSE_MS = 250;

/** What this device has at once, then what the server adds from rooms that are not encrypted. */
export function SearchResults({ words, roomId, onOpen }: SearchResultsProps) {
  const { openRoom } = useChat();
  const { hits, isBusy, error } = useFound(words.trim(), roomId);
  const open = (hit: SearchHit) => {
    onOpen?.();
    openRoom(hit.roomId, hit.eventId);
  };
  if (hits.length === 0 && !isBusy && !error) {
    const isEmpty = words.trim() === "";
    return (
      <EmptyState
        icon="search"
        title={t(isEmpty ? "main.search.begin" : "main.search.none")}
        text={t(isEmpty ? "main.search.begin_text" : "main.search.none_text")}
        action={<p className={styles.conditions}>{t("rooms.search_conditions")}</p>}
      />
    );
  }
  return (
    <div className={styles.results} aria-busy={isBusy}>
      {error && <Banner kind="warning">{error}</Banner>}
      {hits.length === 0 && isBusy && <Skeleton rows={5} pictures />}
      <ul>
        {hits.map((hit) => (
          <li key={hit.eventId}>
            <HitRow hit={hit} withRoom={roomId === undefined} onOpen={() => open(hit)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function useFound(words: string, roomId: string | undefined): Found {
  const { client } = useChat();
  const [found, setFound] = useState<Found>(NOTHING);
  useEffect(() => {
    if (words === "") return setFound(NOTHING);
    let isWanted = true;
    setFound((before) => ({ ...before, isBusy: true, error: "" }));
    const look = async () => {
      const here = await client.search.find(words, roomId);
      if (!isWanted) return;
      setFound({ hits: here, isBusy: true, error: "" });
      const there = await client.search.findOnServer(words, roomId);
      if (isWanted) setFound({ hits: together(here, there), isBusy: false, error: "" });
    };
    const timer = setTimeout(() => {
      look().catch((problem) => {
        // Without a connection there is what this device has.
        const error = problem instanceof Offline ? "" : errorWords(problem);
        if (isWanted) setFound((before) => ({ ...before, isBusy: false, error }));
      });
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, words, roomId]);
  return found;
}

function together(here: readonly SearchHit[], there: readonly SearchHit[]): readonly SearchHit[] {
  const known = new Set(here.map((hit) => hit.eventId));
  return [...here, ...there.filter((hit) => !known.has(hit.eventId))].sort((a, b) => b.time - a.time);
}
