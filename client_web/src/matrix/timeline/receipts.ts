import type { MatrixEvent, Room } from "matrix-js-sdk";
import { asInteger } from "../shapes";
import type { RoomFacts } from "./surroundings";
import type { ReadReceipt } from "./values";

/** Who has not read for so many events is not shown. */
const LOOKED_AT = 300;
const MAX_ON_ROW = 100;

/**
 * Tell who has read up to which row: a receipt for something unseen counts for the row before it. The account's own
 * are not shown, nor those of people whom it ignores.
 */
export function receiptsByRow(
  reader: Pick<Room, "getReceiptsForEvent">,
  events: readonly MatrixEvent[],
  isShown: (event: MatrixEvent) => boolean,
  room: RoomFacts,
): ReadonlyMap<MatrixEvent, readonly ReadReceipt[]> {
  const found = new Map<MatrixEvent, ReadReceipt[]>();
  let row: MatrixEvent | undefined;
  for (const event of events.slice(-LOOKED_AT)) {
    if (isShown(event)) row = event;
    if (row === undefined || event.status !== null) continue;
    const readings = reader
      .getReceiptsForEvent(event)
      .filter(({ userId }) => userId !== room.me && !room.isIgnored(userId));
    if (readings.length === 0) continue;
    const receipts = readings.map((each) => ({
      person: room.person(each.userId),
      atMs: asInteger(each.data?.ts),
    }));
    found.set(row, [...receipts, ...(found.get(row) ?? [])].slice(0, MAX_ON_ROW));
  }
  for (const receipts of found.values()) receipts.sort((one, other) => other.atMs - one.atMs);
  return found;
}

/** Tell whether two rows were read by the same people. */
export function sameReceipts(one: readonly ReadReceipt[], other: readonly ReadReceipt[]): boolean {
  return one.length === other.length && one.every((each, index) => each.person === other[index]!.person);
}
