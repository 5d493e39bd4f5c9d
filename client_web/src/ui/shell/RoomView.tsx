import { lazy, Suspense } from "react";
import { Redirect } from "wouter";
import type { RoomSummary } from "../../matrix/types";
import { roomPath, useChat, useClient } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { Navbar } from "../navbar/Navbar";
import { InviteView } from "../room/InviteView";
import { NoRoomView } from "../room/NoRoomView";
import { RoomPreviewView } from "../room/RoomPreviewView";

const ChatBox = lazy(() => import("../chat/ChatBox"));

/** What is open: a conversation, an invitation, a look at a room one is not in, or nothing. */
export function RoomView() {
  const { client, roomId, eventId } = useChat();
  const standing = useValue(client.rooms.room(roomId ?? ""), standingOf);
  const sync = useValue(client.sync);
  const addressed = useValue(client.rooms.list, (rooms) => idOf(rooms, roomId));
  if (roomId === null) return <NoRoomView />;
  if (addressed !== null) return <Redirect to={roomPath(addressed, eventId ?? undefined)} replace />;
  if (standing === "outside") return sync === "starting" ? null : <RoomPreviewView room={roomId} />;
  return (
    <>
      <Navbar roomId={roomId} />
      {standing === "waiting" ? (
        <Waiting roomId={roomId} />
      ) : (
        <Suspense fallback={null}>
          <ChatBox key={roomId} roomId={roomId} {...(eventId !== null && { eventId })} />
        </Suspense>
      )}
    </>
  );
}

function Waiting({ roomId }: { readonly roomId: string }) {
  const room = useValue(useClient().rooms.room(roomId));
  return room && <InviteView room={room} />;
}

/** Whether one is in a room, waits for it or looks at it as a space, or has nothing to do with it. */
function standingOf(room: RoomSummary | null): "inside" | "waiting" | "outside" {
  if (room === null || room.membership === "leave" || room.membership === "ban") return "outside";
  return room.membership !== "join" || room.isSpace ? "waiting" : "inside";
}

/** The room that an address with # leads to, where one is in it. */
function idOf(rooms: readonly RoomSummary[], address: string | null): string | null {
  if (!address?.startsWith("#")) return null;
  return rooms.find((room) => room.alias === address && room.membership === "join")?.id ?? null;
}
