import type { MatrixClient, MatrixEvent, Room } from "matrix-js-sdk";
import type {
  CryptoBackend,
  OnSyncCompletedData,
  SyncCryptoCallbacks,
} from "matrix-js-sdk/lib/common-crypto/CryptoBackend";
import { quietMoment } from "../quiet";

type Changes = Parameters<SyncCryptoCallbacks["processSyncChanges"]>[0];
type Received = Awaited<ReturnType<SyncCryptoCallbacks["processSyncChanges"]>>;

/**
 * Stands between sync and the cryptography. Until that is prepared, rooms are shown without it: what they need of it
 * is handed over then, and a sync that brings keys waits. Later it keeps from it what says nothing new: each call
 * reads and writes what it has stored, while the messages of that sync wait.
 */
export class LaterCrypto implements SyncCryptoCallbacks {
  readonly #ready = Promise.withResolvers<CryptoBackend>();
  readonly #wanted = Promise.withResolvers<void>();
  readonly #encrypted = new Map<string, readonly [Room, MatrixEvent]>();
  #backend: CryptoBackend | null = null;
  #waiting: Changes | null = null;
  #completed: OnSyncCompletedData | null = null;
  #seen = "";
  /** What came since the last end of a sync is being thought about. */
  #isAsked = false;
  #isResting = false;

  /** The cryptography, once it is prepared; where it cannot be, never. */
  get ready(): Promise<CryptoBackend> {
    this.#wanted.resolve();
    return this.#ready.promise;
  }

  /** Something waits for it. */
  get wanted(): Promise<void> {
    return this.#wanted.promise;
  }

  get isReady(): boolean {
    return this.#backend !== null;
  }

  /** Hand over what came before it was prepared; from now on it is asked directly. */
  async begin(sdk: MatrixClient, backend: CryptoBackend): Promise<void> {
    const missed = sdk.getRooms().flatMap((room) => room.getLiveTimeline().getEvents());
    for (const [room, event] of this.#encrypted.values()) await backend.onCryptoEvent(room, event);
    this.#backend = backend;
    if (this.#waiting !== null) await this.processSyncChanges(this.#waiting);
    this.#ready.resolve(backend);
    if (this.#completed !== null) backend.onSyncCompleted(this.#completed);
    // Verifications that somebody began in a room.
    for (const event of missed) void (backend as unknown as HearsEvents).onLiveEventFromSync(event);
  }

  async processSyncChanges(changes: Changes): Promise<Received> {
    const counts = countsOf(changes);
    if (!hasNews(changes)) {
      if (counts === this.#seen) return [];
      if (this.#backend === null) {
        // How many keys the server still has is said by every sync.
        this.#waiting = changes;
        return [];
      }
    }
    const backend = this.#backend ?? (await this.ready);
    this.#isAsked = true;
    const received = await backend.processSyncChanges(changes);
    this.#seen = counts;
    return received;
  }

  async onCryptoEvent(room: Room, event: MatrixEvent): Promise<void> {
    this.#isAsked = this.#backend !== null;
    if (this.#backend === null) this.#encrypted.set(room.roomId, [room, event]);
    else await this.#backend.onCryptoEvent(room, event);
  }

  onSyncCompleted(state: OnSyncCompletedData): void {
    this.#completed = state;
    if (this.#isAsked) this.#complete();
    else if (this.#backend !== null && !this.#isResting) {
      // Nothing follows from this sync. What failed before is tried again, when messages of the sync are shown.
      this.#isResting = true;
      void quietMoment().then(() => this.#complete());
    }
  }

  #complete(): void {
    this.#isAsked = this.#isResting = false;
    if (this.#completed !== null) this.#backend?.onSyncCompleted(this.#completed);
  }

  async markAllTrackedUsersAsDirty(): Promise<void> {
    await (await this.ready).markAllTrackedUsersAsDirty();
  }
}

/** What the SDK's client has called for each event of a sync, once there is a backend. */
interface HearsEvents {
  onLiveEventFromSync(event: MatrixEvent): Promise<void>;
}

function hasNews({ toDeviceEvents, deviceLists }: Changes): boolean {
  return (
    toDeviceEvents.length > 0 ||
    (deviceLists?.changed?.length ?? 0) > 0 ||
    (deviceLists?.left?.length ?? 0) > 0
  );
}

function countsOf({ oneTimeKeysCounts, unusedFallbackKeys }: Changes): string {
  return JSON.stringify([oneTimeKeysCounts, unusedFallbackKeys]);
}
