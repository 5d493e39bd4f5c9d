import { EventStatus, type MatrixClient, type MatrixEvent, type Room, RoomEvent } from "matrix-js-sdk";
import type { ClientContext } from "../context";
import { isWaiting } from "../timeline/sendStatus";

const AGAIN_MS = 8_000;
const BUSY: ReadonlySet<EventStatus | null> = new Set([
  EventStatus.SENDING,
  EventStatus.ENCRYPTING,
  EventStatus.QUEUED,
]);

/**
 * Sends what waits, in the order in which it was written: what found no network goes out when there is one again, what
 * the SDK held back behind a failure goes on without it.
 */
export class SendQueue {
  readonly #sdk: MatrixClient;
  readonly #context: ClientContext;
  readonly #pumping = new Set<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(sdk: MatrixClient, context: ClientContext) {
    this.#sdk = sdk;
    this.#context = context;
    sdk.on(RoomEvent.LocalEchoUpdated, (event, room) => {
      if (event.status === EventStatus.NOT_SENT) this.#later(room);
    });
    context.onStop(() => {
      for (const timer of this.#timers.values()) clearTimeout(timer);
    });
  }

  /** Try everything that waits, now. */
  wake(): void {
    for (const room of this.#sdk.getRooms()) if (room.getPendingEvents().length > 0) void this.pump(room);
  }

  /** Send what waits in a room, one after the other, until one fails or nothing waits. */
  async pump(room: Room): Promise<void> {
    if (this.#pumping.has(room.roomId)) return;
    this.#pumping.add(room.roomId);
    try {
      for (let next = this.#next(room); next !== undefined; next = this.#next(room)) {
        await this.#sdk.resendEvent(next, room);
      }
    } catch {
      // The event says why it failed; what can be tried again is, after a while.
      this.#later(room);
    } finally {
      this.#pumping.delete(room.roomId);
    }
  }

  #next(room: Room): MatrixEvent | undefined {
    const pending = room.getPendingEvents();
    if (this.#context.sync.get() === "offline") return undefined;
    return pending.some((event) => BUSY.has(event.status)) ? undefined : pending.find(isWaiting);
  }

  #later(room: Room): void {
    const pending = room.getPendingEvents();
    const first = pending.find(isWaiting);
    if (first === undefined || this.#timers.has(room.roomId)) return;
    // What only stands behind a failure does not have to wait.
    const wait = first.error ? AGAIN_MS : 0;
    const timer = setTimeout(() => {
      this.#timers.delete(room.roomId);
      void this.pump(room);
    }, wait);
    this.#timers.set(room.roomId, timer);
  }
}
