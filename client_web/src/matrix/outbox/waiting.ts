import { EventStatus, type MatrixClient, MatrixEvent, RoomEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { ClientError, errorWord } from "../errors";
import { isWaiting } from "../timeline/sendStatus";
import { type WaitingMessage, WaitingStore } from "./waitingStore";

/** Keeps messages from the moment they are written until the server has them, or somebody gives them up. */
export class WaitingMessages {
  readonly store: WaitingStore;
  readonly #sdk: MatrixClient;
  readonly #messages = new Map<string, WaitingMessage>();

  constructor(sdk: MatrixClient, context: ClientContext) {
    this.#sdk = sdk;
    this.store = new WaitingStore(context.databaseName("outbox"));
    sdk.on(RoomEvent.LocalEchoUpdated, this.#follow);
    context.onStop(() => {
      sdk.off(RoomEvent.LocalEchoUpdated, this.#follow);
      return this.store.close();
    });
  }

  /** A message is about to be sent. */
  keep(message: WaitingMessage): void {
    this.#messages.set(message.txnId, message);
    this.store.put(message);
  }

  /** Show a message of an earlier start again, as one that waits; false where its room is not here any more. */
  restore(message: WaitingMessage): boolean {
    const { txnId, roomId, threadRoot, atMs, type, content } = message;
    // It was written a moment ago, while what is stored was being read.
    if (this.#messages.has(txnId)) return false;
    const room = this.#sdk.getRoom(roomId);
    if (room === null) {
      this.store.delete(txnId);
      return false;
    }
    const event = new MatrixEvent({
      event_id: `~${roomId}:${txnId}`,
      type,
      content: { ...content },
      room_id: roomId,
      sender: this.#sdk.getSafeUserId(),
      origin_server_ts: atMs,
    });
    const thread = threadRoot === null ? null : room.getThread(threadRoot);
    if (thread !== null) event.setThread(thread);
    event.setTxnId(txnId);
    event.setStatus(EventStatus.NOT_SENT);
    if (message.errorWord) (event as { error: unknown }).error = new ClientError(message.errorWord);
    this.#messages.set(txnId, message);
    room.addPendingEvent(event, txnId);
    return true;
  }

  readonly #follow = (event: MatrixEvent): void => {
    const txnId = event.getTxnId();
    const message = txnId === undefined ? undefined : this.#messages.get(txnId);
    if (txnId === undefined || message === undefined) return;
    if (isOver(event.status)) {
      this.#messages.delete(txnId);
      this.store.delete(txnId);
      return;
    }
    const isRefused = event.status === EventStatus.NOT_SENT && !isWaiting(event);
    const word = isRefused ? errorWord(event.error) : "";
    if (word !== message.errorWord) this.keep({ ...message, errorWord: word });
  };
}

function isOver(status: EventStatus | null): boolean {
  return status === null || status === EventStatus.SENT || status === EventStatus.CANCELLED;
}
