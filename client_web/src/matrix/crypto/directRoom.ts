import { type MatrixClient, Preset } from "matrix-js-sdk";
import { asObject, asTexts } from "../shapes";

/** Return a room for two with a user that both may be in, beginning one where there is none. */
export async function directRoomWith(sdk: MatrixClient, userId: string): Promise<string> {
  const direct = asObject(sdk.getAccountData("m.direct" as never)?.getContent());
  const known = asTexts(direct[userId]).find((roomId) => isOfBoth(sdk, roomId, userId));
  if (known !== undefined) return known;
  const { room_id: roomId } = await sdk.createRoom({
    preset: Preset.TrustedPrivateChat,
    is_direct: true,
    invite: [userId],
    initial_state: [
      { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
    ],
  });
  const rooms = [...asTexts(direct[userId]), roomId];
  await sdk.setAccountData("m.direct" as never, { ...direct, [userId]: rooms } as never);
  return roomId;
}

function isOfBoth(sdk: MatrixClient, roomId: string, userId: string): boolean {
  const room = sdk.getRoom(roomId);
  const theirs = room?.getMember(userId)?.membership;
  return room?.getMyMembership() === "join" && (theirs === "join" || theirs === "invite");
}
