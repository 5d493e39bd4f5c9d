import { type MatrixClient, type MatrixEvent, type Room, MatrixEvent as SdkEvent } from "matrix-js-sdk";
import { ClientError } from "../errors";

const MAX_VOTES_PAGES = 10;
const MAX_FETCHED = 500;

/** What relates to events of a room, and events that are elsewhere than in its timeline. */
export class RelatedEvents {
  readonly #sdk: MatrixClient;
  readonly #room: Room;
  readonly #onFound: (eventId: string) => void;
  /** Null: it cannot be had. */
  readonly #fetched = new Map<string, MatrixEvent | null>();
  readonly #fetching = new Map<string, Promise<MatrixEvent | null>>();
  readonly #votes = new Map<string, readonly MatrixEvent[]>();

  constructor(sdk: MatrixClient, room: Room, onFound: (eventId: string) => void) {
    this.#sdk = sdk;
    this.#room = room;
    this.#onFound = onFound;
  }

  /** Everything known that relates to an event. */
  children(event: MatrixEvent): readonly MatrixEvent[] {
    const id = event.getId();
    if (id === undefined) return [];
    const known = this.#room.relations.getAllChildEventsForEvent(id);
    const bundled = event.replacingEvent();
    const more = [...(bundled === null ? [] : [bundled]), ...(this.#votes.get(id) ?? [])];
    return more.length === 0 ? known : distinct([...known, ...more]);
  }

  /** An event by its id, where it is known; otherwise it is fetched, and `onFound` is called when it is there. */
  lookUp(eventId: string): MatrixEvent | null {
    const known = this.#room.findEventById(eventId) ?? this.#fetched.get(eventId);
    if (known !== undefined) return known;
    if (!eventId.startsWith("~")) void this.fetch(eventId).then(() => this.#onFound(eventId));
    return null;
  }

  /** Get an event from wherever it is; null where it cannot be had. */
  async fetch(eventId: string): Promise<MatrixEvent | null> {
    const known = this.#room.findEventById(eventId) ?? this.#fetched.get(eventId);
    if (known !== undefined) return known;
    const running = this.#fetching.get(eventId) ?? this.#request(eventId);
    this.#fetching.set(eventId, running);
    const event = await running;
    this.#fetching.delete(eventId);
    if (this.#fetched.size >= MAX_FETCHED) this.#fetched.delete(this.#fetched.keys().next().value!);
    this.#fetched.set(eventId, event);
    return event;
  }

  /** Get all votes of a poll, once: those before what is loaded count as well. */
  async loadVotes(pollId: string): Promise<void> {
    if (this.#votes.has(pollId)) return;
    this.#votes.set(pollId, []);
    const found: MatrixEvent[] = [];
    let from: string | undefined;
    for (let page = 0; page < MAX_VOTES_PAGES; page += 1) {
      const options = from === undefined ? { limit: 100 } : { limit: 100, from };
      const answer = await this.#sdk.relations(this.#room.roomId, pollId, "m.reference", null, options);
      found.push(...answer.events);
      if (!answer.nextBatch) break;
      from = answer.nextBatch;
    }
    this.#votes.set(pollId, found);
    this.#onFound(pollId);
  }

  async #request(eventId: string): Promise<MatrixEvent | null> {
    try {
      const raw = await this.#sdk.fetchRoomEvent(this.#room.roomId, eventId);
      if (raw.event_id !== eventId) throw new ClientError("bad_answer", "another event than was asked for");
      const event = new SdkEvent({ ...raw, room_id: this.#room.roomId });
      await this.#sdk.decryptEventIfNeeded(event);
      return event;
    } catch (error) {
      // It was removed, is not to be seen, or there is no network: what answers it is shown without it.
      console.warn("an event cannot be had:", error instanceof Error ? error.name : "unknown");
      return null;
    }
  }
}

function distinct(events: readonly MatrixEvent[]): readonly MatrixEvent[] {
  return [...new Map(events.map((event) => [event.getId(), event])).values()];
}
