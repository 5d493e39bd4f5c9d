import { lazy, Suspense } from "react";
import { Redirect } from "wouter";
import type { RoomSummary } from "../../matrix/types";
import { roomPath, useChat } from "../../state/ChatContext";
import { useValue } from "../../state/useValue";
import { Navbar } from "../navbar/Navbar";
import { InviteView } from "../room/InviteView";
import { NoRoomView } from "../room/NoRoomView";
import { RoomPreviewView } from "../room/RoomPreviewView";

const ChatBox = lazy(() => import("../chat/ChatBox"));

/** What is open: a conversation, an invitation, a look at a room one is not in, or nothing. */
export function RoomView() {
  const { client, roomId, eventId } = useChat();
  const room = useValue(client.rooms.room(roomId ?? ""));
  const sync = useValue(client.sync);
  const addressed = useValue(client.rooms.list, (rooms) => idOf(rooms, roomId));
  if (roomId === null) return <NoRoomView />;
  if (addressed !== null) return <Redirect to={roomPath(addressed, eventId ?? undefined)} replace />;
  const isKnown = room !== null && room.membership !== "leave" && room.membership !== "ban";
  if (!isKnown) return sync === "starting" ? null : <RoomPreviewView room={roomId} />;
  if (room.membership !== "join" || room.isSpace) {
    return (
      <>
        <Navbar room={room} />
        <InviteView room={room} />
      </>
    );
  }
  return (
    <>
      <Navbar room={room} />
      <Suspense fallback={null}>
        <ChatBox key={roomId} roomId={roomId} {...(eventId !== null && { eventId })} />
      </Suspense>
    </>
  );
}

/** The room that an address with # leads to, where one is in it. */
function idOf(rooms: readonly RoomSummary[], address: string | null): string | null {
  if (!address?.startsWith("#")) return null;
  return rooms.find((room) => room.alias === address && room.membership === "join")?.id ?? null;
}
