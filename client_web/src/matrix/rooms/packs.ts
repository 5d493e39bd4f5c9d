import type { MatrixClient } from "matrix-js-sdk";
import { ask, path } from "../ask";
import { safeName } from "../names";
import { PACK_TYPES, type PackImage, readImagePack } from "../outbox/imagePacks";
import { asObject, asText, type JsonObject } from "../shapes";
import { changeAccountData } from "./account_data";

/** Pictures that a room offers as emoji and stickers, as its keepers see them: empty packs, too. */
export interface RoomPack {
  readonly stateKey: string;
  readonly name: string;
  readonly images: readonly PackImage[];
  /** Offered to the account in every room. */
  readonly isEverywhere: boolean;
}

/** Image packs of rooms. Spec: https://spec.matrix.org/v1.19/client-server-api/#image-packs */
export interface Packs {
  /** What a room offers now. */
  packs(roomId: string): readonly RoomPack[];
  /** Store a pack in its room. */
  setPack(roomId: string, pack: Omit<RoomPack, "isEverywhere">): Promise<void>;
  removePack(roomId: string, stateKey: string): Promise<void>;
  /** Offer a room's pack to the account in every room, or in its own only. */
  offerEverywhere(roomId: string, stateKey: string, isWanted: boolean): Promise<void>;
}

const ENABLED_TYPES = ["m.image_pack.rooms", "im.ponies.emote_rooms"] as const;

/** Make it for one account's client. */
export function createPacks(sdk: MatrixClient): Packs {
  const set = async (roomId: string, stateKey: string, content: JsonObject) => {
    const room = sdk.getRoom(roomId);
    const [stable, ...older] = PACK_TYPES;
    // What other clients read is kept in step where it is there.
    const types = [stable, ...older.filter((type) => room?.currentState.getStateEvents(type, stateKey))];
    for (const type of types) {
      await ask(sdk, "PUT", path`/rooms/${roomId}/state/${type}/${stateKey}`, { body: content });
    }
  };
  return {
    packs: (roomId) => readPacks(sdk, roomId),
    setPack: (roomId, pack) => set(roomId, pack.stateKey, contentOf(pack)),
    removePack: (roomId, stateKey) => set(roomId, stateKey, {}),
    offerEverywhere: async (roomId, stateKey, isWanted) => {
      for (const type of ENABLED_TYPES) {
        await changeAccountData(sdk, type, (content) => withPack(content, roomId, stateKey, isWanted));
      }
    },
  };
}

function readPacks(sdk: MatrixClient, roomId: string): readonly RoomPack[] {
  const room = sdk.getRoom(roomId);
  const found = new Map<string, RoomPack>();
  for (const type of [...PACK_TYPES].reverse()) {
    for (const event of room?.currentState.getStateEvents(type) ?? []) {
      const stateKey = event.getStateKey() ?? "";
      const content = asObject(event.getContent());
      if (typeof content.images !== "object" || content.images === null) {
        found.delete(stateKey);
        continue;
      }
      const pack = readImagePack(roomId, stateKey, content, room?.name ?? "");
      const name = safeName(asObject(content.pack).display_name) || safeName(stateKey) || (room?.name ?? "");
      const isEverywhere = isOffered(sdk, roomId, stateKey);
      found.set(stateKey, { stateKey, name, images: pack?.images ?? [], isEverywhere });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function isOffered(sdk: MatrixClient, roomId: string, stateKey: string): boolean {
  return ENABLED_TYPES.some((type) => {
    const rooms = asObject(asObject(sdk.getAccountData(type as never)?.getContent()).rooms);
    return Object.hasOwn(asObject(rooms[roomId]), stateKey);
  });
}

function withPack(content: JsonObject, roomId: string, stateKey: string, isWanted: boolean): JsonObject {
  const rooms = asObject(content.rooms);
  const { [stateKey]: before, ...others } = asObject(rooms[roomId]);
  const packs = isWanted ? { ...others, [stateKey]: before ?? {} } : others;
  const { [roomId]: _, ...otherRooms } = rooms;
  return {
    ...content,
    rooms: Object.keys(packs).length > 0 ? { ...otherRooms, [roomId]: packs } : otherRooms,
  };
}

function contentOf(pack: Omit<RoomPack, "isEverywhere">): JsonObject {
  const images = pack.images.map((image) => {
    const usage = [...(image.isEmoticon ? ["emoticon"] : []), ...(image.isSticker ? ["sticker"] : [])];
    const body = asText(image.body, 200);
    return [image.shortcode, { url: image.mxc, body, info: image.info, usage }] as const;
  });
  return { pack: { display_name: pack.name }, images: Object.fromEntries(images) };
}
