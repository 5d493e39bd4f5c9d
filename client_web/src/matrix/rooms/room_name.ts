import { type RoomNameState, RoomNameType } from "matrix-js-sdk";
import { t } from "../../words";
import { safeName } from "../names";

const MOST_NAMES = 5;

/**
 * Say what a room is called that has no name, in the reader's language. Given to the SDK's client when it is made.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room
 */
export function roomNameGenerator(_roomId: string, state: RoomNameState): string | null {
  switch (state.type) {
    case RoomNameType.Actual:
      return safeName(state.name) || t("names.empty");
    case RoomNameType.EmptyRoom:
      return state.oldName ? t("names.empty_was", safeName(state.oldName)) : t("names.empty");
    case RoomNameType.Generated:
      return nameOfPeople(state.names, state.count);
  }
}

/** `count` includes oneself. */
function nameOfPeople(given: readonly string[], count: number): string {
  const names = given
    .map((name) => safeName(name))
    .filter((name) => name !== "")
    .slice(0, MOST_NAMES);
  if (names.length === 0) return t("names.empty");
  const others = count - 1 - names.length;
  if (others > 0) return t("names.others", names.join(", "), others);
  const last = names.at(-1)!;
  return names.length === 1 ? last : t("names.last_of_several", names.slice(0, -1).join(", "), last);
}
