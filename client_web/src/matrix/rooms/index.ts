import type { MatrixClient } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import type { Exporting } from "../export";
import { type Creating, createCreating } from "./create";
import { createDetails, type Details } from "./details";
import { createDirectory, type Directory } from "./directory";
import { createRoomList, type RoomList } from "./list";
import { createMarks, type Marks } from "./marks";
import { createMembers, type Members } from "./members";
import { createMemberships, type Memberships } from "./memberships";
import { createPacks, type Packs } from "./packs";
import { createStateActs, type StateActs } from "./state_acts";

export type { Access, NewRoom } from "./create";
export type { RoomDetails } from "./details";
export type { DirectoryPage, RoomPreview } from "./directory";
export type { MemberList } from "./members";
export type { RoomPack } from "./packs";
export { Rights } from "./permissions";
export { roomNameGenerator } from "./room_name";
export { createSpaces, type SpaceChild, type SpaceContent, type Spaces } from "./spaces";

/** Rooms and invites of the account: as lists and headers show them, and what can be done with them. */
export interface Rooms
  extends RoomList,
    Memberships,
    Marks,
    Creating,
    Members,
    Details,
    StateActs,
    Packs,
    Exporting {
  readonly directory: Directory;
}

/** Make it for one account's client. */
export function createRooms(sdk: MatrixClient, context: ClientContext): Rooms {
  const memberships = createMemberships(sdk);
  return {
    ...createRoomList(sdk, context),
    ...memberships,
    ...createMarks(sdk, context),
    ...createCreating(sdk, context, memberships.setDirect),
    ...createMembers(sdk, context),
    ...createDetails(sdk, context),
    ...createStateActs(sdk, context),
    ...createPacks(sdk),
    async exportHistory(...how) {
      const { createExporting } = await import("../export");
      await createExporting(sdk, context).exportHistory(...how);
    },
    directory: createDirectory(sdk),
  };
}
