import {
  Direction,
  type EventTimeline,
  type EventTimelineSet,
  type MatrixClient,
  type MatrixEvent,
} from "matrix-js-sdk";
import { ClientError } from "../errors";

const PAGE = 60;

/**
 * The stretch of a timeline that is shown: everything known around one place, in the server's order. It begins at
 * the present and goes elsewhere by `jumpTo`.
 */
export class EventWindow {
  readonly #sdk: MatrixClient;
  readonly #set: EventTimelineSet;
  /** Null: where the present is. */
  #place: EventTimeline | null = null;

  constructor(sdk: MatrixClient, set: EventTimelineSet) {
    this.#sdk = sdk;
    this.#set = set;
  }

  /** Whether its end is the present: what arrives is shown, and what is on its way out. */
  get isLive(): boolean {
    return this.#chain().at(-1) === this.#set.getLiveTimeline();
  }

  get hasOlder(): boolean {
    const first = this.#chain()[0]!;
    return first.getPaginationToken(Direction.Backward) !== null;
  }

  get hasNewer(): boolean {
    return !this.isLive;
  }

  /** Oldest first. */
  events(): readonly MatrixEvent[] {
    return this.#chain().flatMap((timeline) => timeline.getEvents());
  }

  find(eventId: string): MatrixEvent | undefined {
    return this.#set.findEventById(eventId);
  }

  has(eventId: string): boolean {
    const timeline = this.#set.getTimelineForEvent(eventId);
    return timeline !== null && this.#chain().includes(timeline);
  }

  /** Load a page of what is before. */
  async loadOlder(): Promise<void> {
    const first = this.#chain()[0]!;
    await this.#sdk.paginateEventTimeline(first, { backwards: true, limit: PAGE });
  }

  /** Load a page of what is after; the present is reached where there is nothing more. */
  async loadNewer(): Promise<void> {
    const last = this.#chain().at(-1)!;
    if (last === this.#set.getLiveTimeline()) return;
    const more = await this.#sdk.paginateEventTimeline(last, { backwards: false, limit: PAGE });
    if (!more && !this.isLive) this.jumpToPresent();
  }

  /** Go where an event is. Raises: ClientError where it cannot be had. */
  async jumpTo(eventId: string): Promise<void> {
    if (this.has(eventId)) return;
    const timeline = await this.#sdk.getEventTimeline(this.#set, eventId);
    if (timeline === null || timeline === undefined)
      throw new ClientError("not_found", "the event is in no timeline");
    // A message alone is too short to stay at while what is around it comes.
    await Promise.all([this.#around(timeline, true), this.#around(timeline, false)]);
    this.#place = timeline;
  }

  jumpToPresent(): void {
    this.#place = null;
  }

  async #around(timeline: EventTimeline, backwards: boolean): Promise<void> {
    try {
      await this.#sdk.paginateEventTimeline(timeline, { backwards, limit: PAGE });
    } catch (error) {
      // The message is there; what is around it is asked for again when it comes into sight.
      console.warn("nothing around a message:", error instanceof Error ? error.name : "unknown");
    }
  }

  #chain(): readonly EventTimeline[] {
    const place = this.#place ?? this.#set.getLiveTimeline();
    const chain = [place];
    for (let older = place.getNeighbouringTimeline(Direction.Backward); older && !chain.includes(older); ) {
      chain.unshift(older);
      older = older.getNeighbouringTimeline(Direction.Backward);
    }
    for (let newer = place.getNeighbouringTimeline(Direction.Forward); newer && !chain.includes(newer); ) {
      chain.push(newer);
      newer = newer.getNeighbouringTimeline(Direction.Forward);
    }
    return chain;
  }
}
