import type { ChatClient } from "../../matrix/client";
import type { RoomPreview } from "../../matrix/rooms";

export type RoomAct = "open" | "join" | "knock" | "none";

/** What can be done with a room that somebody tells of. */
export function actOf(client: ChatClient, room: RoomPreview): RoomAct {
  if (client.rooms.get(room.id)?.membership === "join" || room.membership === "join") return "open";
  if (room.joinRule === "knock" || room.joinRule === "knock_restricted") return "knock";
  const isOpen = ["public", "restricted", ""].includes(room.joinRule) || room.membership === "invite";
  return isOpen ? "join" : "none";
}
