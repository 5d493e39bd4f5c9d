import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { Timeline } from "../../matrix/timeline/values";
import type { RoomSummary } from "../../matrix/types";
import { useClient } from "../../state/ChatContext";
import { Composer } from "../../state/composer";
import { Picks } from "../../state/picks";
import { useValue } from "../../state/useValue";

/** A room or a thread that is open: its messages, and what is being written in it. */
export interface Conversation {
  readonly roomId: string;
  readonly threadRoot: string | null;
  readonly timeline: Timeline;
  readonly composer: Composer;
  /** Messages that are picked, to do something to all of them. */
  readonly picks: Picks;
  /** Show an event: go where it is, and mark it for a moment. */
  readonly reveal: (eventId: string) => void;
  readonly revealed: string | null;
  readonly clearRevealed: () => void;
}

const ConversationContext = createContext<Conversation | null>(null);

interface ConversationProviderProps {
  readonly roomId: string;
  readonly threadRoot?: string | null;
  readonly children: ReactNode;
}

/** Open a room or a thread for everything below. */
export function ConversationProvider({ roomId, threadRoot = null, children }: ConversationProviderProps) {
  const client = useClient();
  const timeline = useOpenTimeline(roomId, threadRoot);
  const composer = useMemo(
    () => composerOf(client.userId, roomId, threadRoot),
    [client.userId, roomId, threadRoot],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation, other messages
  const picks = useMemo(() => new Picks(), [roomId, threadRoot]);
  const [revealed, setRevealed] = useState<string | null>(null);
  const conversation = useMemo<Conversation>(
    () => ({
      roomId,
      threadRoot,
      timeline,
      composer,
      picks,
      reveal: setRevealed,
      revealed,
      clearRevealed: () => setRevealed(null),
    }),
    [roomId, threadRoot, timeline, composer, picks, revealed],
  );
  return <ConversationContext value={conversation}>{children}</ConversationContext>;
}

/** Return the room or thread that this is in. */
export function useConversation(): Conversation {
  const conversation = useContext(ConversationContext);
  if (conversation === null) throw new Error("useConversation outside of ConversationProvider");
  return conversation;
}

/** Return what `select` picks of the room that this is in; the room itself is another one with each message. */
export function useRoomHere<S>(select: (room: RoomSummary | null) => S): S {
  return useValue(useClient().rooms.room(useConversation().roomId), select);
}

/** Held from the first drawing on, so that the first screen is there at once; let go with the component. */
function useOpenTimeline(roomId: string, threadRoot: string | null): Timeline {
  const { timelines } = useClient();
  const timeline = useMemo(() => {
    const opened = timelines.open(roomId, threadRoot);
    opened.close();
    return opened;
  }, [timelines, roomId, threadRoot]);
  useEffect(() => {
    const held = timelines.open(roomId, threadRoot);
    return () => held.close();
  }, [timelines, roomId, threadRoot]);
  return timeline;
}

const composers = new Map<string, Composer>();

/** What is being written stays while somebody looks elsewhere. */
function composerOf(userId: string, roomId: string, threadRoot: string | null): Composer {
  const key = `${userId} ${roomId} ${threadRoot ?? ""}`;
  const composer = composers.get(key) ?? new Composer();
  composers.set(key, composer);
  return composer;
}
