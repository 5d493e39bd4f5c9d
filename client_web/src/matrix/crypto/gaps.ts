import { type EventTimelineSet, type MatrixClient, type Room, RoomEvent } from "matrix-js-sdk";

/**
 * Begin a new session in each encrypted room of which sync has left something out, until the returned function is
 * called: somebody may have left and come back meanwhile, and would read on with the key that they had.
 *
 * What was stored here, and is read again at the start, is no gap.
 */
export function rotateAfterGaps(sdk: MatrixClient): () => void {
  const onReset = (room: Room | undefined, timelines: EventTimelineSet): void => {
    if (sdk.getSyncState() === null || room?.hasEncryptionStateEvent() !== true) return;
    if (timelines !== room.getUnfilteredTimelineSet()) return;
    void sdk.getCrypto()?.forceDiscardSession(room.roomId);
  };
  sdk.on(RoomEvent.TimelineReset, onReset);
  return () => void sdk.off(RoomEvent.TimelineReset, onReset);
}
