import { type MatrixClient, type MatrixEvent, RoomStateEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { cleanLines, safeName } from "../names";
import { asObject, asObjects, asText, asTexts } from "../shapes";
import type { Media } from "../types";
import { batch, MutableValue, type Value } from "../value";
import { roomCreators } from "./permissions";
import { pictureOf, stateOf } from "./summarize";

/** What is set in a room, as its settings show it. */
export interface RoomDetails {
  /** As it was set; empty where the room is called after its people. */
  readonly name: string;
  readonly topic: string;
  readonly avatar: Media | null;
  readonly joinRule: string;
  /** Spaces and rooms whose members may join. */
  readonly allowedRooms: readonly string[];
  readonly history: string;
  readonly mayGuestsJoin: boolean;
  readonly isEncrypted: boolean;
  readonly isFederated: boolean;
  readonly creators: readonly string[];
  readonly version: string;
  readonly predecessor: string | null;
  readonly bannedServers: readonly string[];
  readonly mainAddress: string;
  readonly otherAddresses: readonly string[];
  readonly pins: readonly string[];
}

/** What is set in rooms. */
export interface Details {
  /** Kept up to date while the client lives. */
  details(roomId: string): Value<RoomDetails>;
}

const MOST_PINS = 100;

/** Make it for one account's client. */
export function createDetails(sdk: MatrixClient, context: ClientContext): Details {
  const values = new Map<string, MutableValue<RoomDetails>>();
  const stale = new Set<string>();
  const refresh = () => {
    for (const roomId of stale) values.get(roomId)?.set(readDetails(sdk, roomId));
    stale.clear();
  };
  const onState = (event: MatrixEvent) => {
    const roomId = event.getRoomId();
    if (roomId === undefined || event.getType() === "m.room.member" || !values.has(roomId)) return;
    stale.add(roomId);
    batch(refresh);
  };
  sdk.on(RoomStateEvent.Events, onState);
  context.onStop(() => void sdk.off(RoomStateEvent.Events, onState));
  return {
    details: (roomId) => {
      const known = values.get(roomId);
      if (known !== undefined) return known;
      const value = new MutableValue(readDetails(sdk, roomId));
      // What is not there yet is read anew when somebody asks again.
      if (sdk.getRoom(roomId) !== null) values.set(roomId, value);
      return value;
    },
  };
}

/** Read what is set; nothing that somebody set wrongly does harm. */
export function readDetails(sdk: MatrixClient, roomId: string): RoomDetails {
  const room = sdk.getRoom(roomId);
  const state = (type: string) => (room === null ? {} : stateOf(room, type));
  const create = room?.currentState.getStateEvents("m.room.create", "");
  const joinRules = state("m.room.join_rules");
  const aliases = state("m.room.canonical_alias");
  return {
    name: safeName(state("m.room.name").name),
    topic: cleanLines(state("m.room.topic").topic),
    avatar: pictureOf(state("m.room.avatar").url),
    joinRule: asText(joinRules.join_rule, 100, "invite"),
    allowedRooms: asObjects(joinRules.allow)
      .map((rule) => asText(rule.room_id, 255))
      .filter(Boolean),
    history: asText(state("m.room.history_visibility").history_visibility, 100, "shared"),
    mayGuestsJoin: state("m.room.guest_access").guest_access === "can_join",
    isEncrypted: room?.hasEncryptionStateEvent() ?? false,
    isFederated: asObject(create?.getContent())["m.federate"] !== false,
    creators: create
      ? roomCreators({ sender: create.getSender() ?? "", content: asObject(create.getContent()) })
      : [],
    version: room?.getVersion() ?? "1",
    predecessor: asText(asObject(state("m.room.create").predecessor).room_id, 255) || null,
    bannedServers: asTexts(state("m.room.server_acl").deny),
    mainAddress: asText(aliases.alias, 255),
    otherAddresses: asTexts(aliases.alt_aliases),
    pins: asTexts(state("m.room.pinned_events").pinned).slice(-MOST_PINS),
  };
}
