import { type MatrixClient, type Room, RoomEvent, RoomMemberEvent } from "matrix-js-sdk";

const HEARD = [
  RoomMemberEvent.Name,
  RoomMemberEvent.Typing,
  RoomMemberEvent.PowerLevel,
  RoomMemberEvent.Membership,
] as const;

/**
 * Have the client tell what happens to members of a room, also after a gap in its history: the SDK goes on with copies
 * of them then, such as when an invitation is accepted, and passes nothing on from those.
 */
export function hearMembers(sdk: MatrixClient, room: Room): () => void {
  const hear = () => {
    for (const member of room.currentState.getMembers()) sdk.reEmitter.reEmit(member, [...HEARD]);
  };
  hear();
  room.on(RoomEvent.CurrentStateUpdated, hear);
  return () => room.off(RoomEvent.CurrentStateUpdated, hear);
}
