import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, asClientError, errorWords } from "../../matrix/errors";
import type { DirectoryPage, RoomPreview } from "../../matrix/rooms";
import { useClient } from "../../state/ChatContext";
import { t } from "../../words";
import { rememberServer } from "./recentServers";

interface Wanted {
  readonly term: string;
  /** Empty: one's own. */
  readonly server: string;
  readonly onlySpaces: boolean;
}

interface Directory {
  readonly rooms: readonly RoomPreview[];
  readonly isLoading: boolean;
  readonly error: string;
  readonly hasMore: boolean;
  readonly more: () => void;
}

/** Nobody is asked while somebody types. */
const PAUSE_MS = 300;
const MOST = 2_000;

/** Rooms of a directory, a page after the other. */
export function useDirectory({ term, server, onlySpaces }: Wanted): Directory {
  const { rooms } = useClient();
  const [found, setFound] = useState<DirectoryPage>({ rooms: [], next: null });
  const [isLoading, setLoading] = useState(true);
  const [error, setError] = useState("");
  const question = useRef(0);
  const load = useCallback(
    async (since: string | null) => {
      question.current += 1;
      const asked = question.current;
      setLoading(true);
      setError("");
      try {
        const page = await rooms.directory.search({
          term: term.trim(),
          onlySpaces,
          ...(server && { server }),
          ...(since && { since }),
        });
        if (asked !== question.current) return;
        if (server) rememberServer(server);
        setFound((before) =>
          since === null ? page : { rooms: joined(before.rooms, page.rooms), next: page.next },
        );
      } catch (problem) {
        if (asked !== question.current) return;
        setError(wordsOf(problem, server));
        setFound((before) => (since === null ? { rooms: [], next: null } : { ...before, next: null }));
      } finally {
        if (asked === question.current) setLoading(false);
      }
    },
    [rooms, term, server, onlySpaces],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(null), term ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      question.current += 1;
    };
  }, [load, term]);
  const { next } = found;
  const more = useCallback(() => void load(next), [load, next]);
  return { rooms: found.rooms, isLoading, error, hasMore: next !== null && found.rooms.length < MOST, more };
}

/** One's own server answers for the other, and does not say which of the two is not there. */
function wordsOf(problem: unknown, server: string): string {
  const refusal = asClientError(problem);
  const isAboutTheOther = server !== "" && refusal instanceof ApiError && refusal.word !== "rate_limited";
  return isAboutTheOther ? t("dialogs.directory_unreachable", server) : errorWords(problem);
}

function joined(before: readonly RoomPreview[], more: readonly RoomPreview[]): readonly RoomPreview[] {
  const known = new Set(before.map((room) => room.id));
  return [...before, ...more.filter((room) => !known.has(room.id))];
}
