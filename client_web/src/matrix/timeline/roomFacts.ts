import type { MatrixClient, Room, RoomMember } from "matrix-js-sdk";
import { safeName } from "../names";
import { Rights, readPowerLevels } from "../rooms/permissions";
import { asObject, asText, asTexts } from "../shapes";
import type { RoomFacts } from "./surroundings";
import type { Person } from "./values";

/** What is true of a room now, read once and again after `refresh`. People stay the same objects while nothing changes. */
export class SdkRoomFacts implements RoomFacts {
  readonly me: string;
  rights: Rights;
  pinned: ReadonlySet<string> = new Set();
  encryptedSinceMs: number | null = null;
  readonly #people = new Map<string, Person>();
  readonly #sdk: MatrixClient;
  readonly #room: Room;
  #ignored: ReadonlySet<string> = new Set();

  constructor(sdk: MatrixClient, room: Room) {
    this.#sdk = sdk;
    this.#room = room;
    this.me = sdk.getSafeUserId();
    this.rights = this.#readRights();
    this.refresh();
  }

  /** Read what the room's state and the account say. */
  refresh(): void {
    this.rights = this.#readRights();
    this.pinned = new Set(asTexts(asObject(this.#state("m.room.pinned_events")?.getContent()).pinned));
    this.encryptedSinceMs = this.#state("m.room.encryption")?.getTs() ?? null;
    this.#ignored = new Set(this.#sdk.getIgnoredUsers());
  }

  /** Somebody may have another name or picture now. */
  forget(userId: string): void {
    this.#people.delete(userId);
  }

  person(userId: string): Person {
    const known = this.#people.get(userId);
    if (known !== undefined) return known;
    const member = this.#member(userId);
    const mxc = asText(member?.getMxcAvatarUrl(), 1_000);
    const name = safeName(member?.name, safeName(userId, "?"));
    const person = { id: userId, name, avatar: mxc.startsWith("mxc://") ? { mxc } : null };
    this.#people.set(userId, person);
    return person;
  }

  isKnown(userId: string): boolean {
    return this.#member(userId) !== null;
  }

  isIgnored(userId: string): boolean {
    return this.#ignored.has(userId);
  }

  roomName(roomId: string): string {
    return safeName(this.#sdk.getRoom(roomId)?.name, roomId);
  }

  /** Who is only in what was loaded of the past is known to the state there alone. */
  #member(userId: string): RoomMember | null {
    return this.#room.getMember(userId) ?? this.#room.oldState.getMember(userId);
  }

  #readRights(): Rights {
    const create = this.#state("m.room.create");
    const made = { sender: create?.getSender() ?? "", content: asObject(create?.getContent()) };
    const levels = this.#state("m.room.power_levels");
    const power = readPowerLevels(made, levels ? asObject(levels.getContent()) : undefined);
    return new Rights(this.me, this.#room.getMyMembership() === "join", power);
  }

  #state(type: string) {
    return this.#room.currentState.getStateEvents(type, "");
  }
}
