import { type MatrixClient, Method, type Room } from "matrix-js-sdk";
import type { JsonObject } from "../types";
import { readAddresses } from "./emails";
import { readGrants } from "./grants";
import type { ExportSink } from "./types";
import { ZipWriter } from "./zip";

const EXPLANATION = `What the server keeps of this account, as JSON. The messages of a room are exported from its
settings, where they can be decrypted.

account.json       whose it is, and when this was made
profile.json       name, picture and the other fields of the profile
devices.json       where the account is signed in
addresses.json     e-mail addresses and telephone numbers
grants.json        apps that were signed in by the server's pages
pushers.json       where notifications go
push_rules.json    what notifies
account_data.json  what clients keep on the server, for all rooms
rooms.json         the rooms, with tags and what clients keep for each
rooms/             the current state of each room
`;

/** Write a ZIP of what the server keeps of the account. */
export async function exportData(
  sdk: MatrixClient,
  sink: ExportSink,
  now: Date,
  progress?: (done: number, total: number) => void,
): Promise<void> {
  const zip = new ZipWriter(sink, now);
  const put = (name: string, value: unknown) => zip.add(name, `${JSON.stringify(value, null, 2)}\n`);
  const rooms = sdk.getRooms();
  const me = sdk.getSafeUserId();
  await zip.add("README.txt", EXPLANATION);
  await put("account.json", accountOf(sdk, now));
  await put("profile.json", await sdk.getProfileInfo(me));
  await put("devices.json", (await sdk.getDevices()).devices);
  await put("addresses.json", await readAddresses(sdk));
  await put("grants.json", (await readGrants(sdk)) ?? []);
  await put("pushers.json", (await sdk.getPushers()).pushers);
  await put("push_rules.json", await sdk.http.authedRequest(Method.Get, "/pushrules/"));
  await put("account_data.json", globalData(sdk));
  await put("rooms.json", rooms.map(summaryOf));
  for (const [index, room] of rooms.entries()) {
    await put(`rooms/${fileName(room.roomId)}.json`, await stateOf(sdk, room));
    progress?.(index + 1, rooms.length);
  }
  await zip.finish();
}

function accountOf(sdk: MatrixClient, now: Date): JsonObject {
  return {
    user_id: sdk.getUserId(),
    device_id: sdk.getDeviceId(),
    homeserver: sdk.getHomeserverUrl(),
    exported_at: now.toISOString(),
  };
}

function globalData(sdk: MatrixClient): JsonObject {
  const events = [...sdk.store.accountData.values()];
  return Object.fromEntries(events.map((event) => [event.getType(), event.getContent()]));
}

function summaryOf(room: Room): JsonObject {
  const data = [...room.accountData.values()].map((event) => [event.getType(), event.getContent()]);
  return {
    room_id: room.roomId,
    name: room.name,
    membership: room.getMyMembership(),
    version: room.getVersion(),
    is_encrypted: room.hasEncryptionStateEvent(),
    joined_members: room.getJoinedMemberCount(),
    tags: room.tags,
    account_data: Object.fromEntries(data),
  };
}

async function stateOf(sdk: MatrixClient, room: Room): Promise<readonly unknown[]> {
  // Members are loaded lazily, so the server is asked where we may; what is known must do elsewhere.
  if (room.getMyMembership() === "join") return await sdk.roomState(room.roomId);
  return [...room.currentState.events.values()].flatMap((byKey) =>
    [...byKey.values()].map((event) => event.event),
  );
}

/** Room ids may hold what file systems refuse. */
function fileName(roomId: string): string {
  return encodeURIComponent(roomId).replaceAll("*", "%2A").slice(0, 200);
}
