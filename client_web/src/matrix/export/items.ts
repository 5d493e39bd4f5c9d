import { type MatrixClient, type MatrixEvent, type Room, MatrixEvent as SdkEvent } from "matrix-js-sdk";
import type { JsonObject } from "../shapes";
import { isRow, POLL_START, replyTarget, type TimelineEvent } from "../timeline/event";
import { buildItem } from "../timeline/items/build";
import { RelatedEvents } from "../timeline/related";
import { SdkRoomFacts } from "../timeline/roomFacts";
import { plainEvent } from "../timeline/sdkEvent";
import { alone } from "../timeline/surroundings";
import type { EventItem } from "../timeline/values";

/** So many messages are known when one is answered; what is further back is not quoted. */
const MOST_KNOWN = 5_000;

interface Known {
  readonly event: TimelineEvent;
  readonly edits: readonly TimelineEvent[];
}

/** Makes of a history's events, one after the other, what a timeline would show. */
export class ItemMaker {
  readonly #facts: SdkRoomFacts;
  readonly #related: RelatedEvents;
  readonly #known = new Map<string, Known>();

  constructor(
    readonly sdk: MatrixClient,
    readonly room: Room,
    readonly reactions: ReadonlyMap<string, readonly TimelineEvent[]>,
  ) {
    this.#facts = new SdkRoomFacts(sdk, room);
    this.#related = new RelatedEvents(sdk, room, () => undefined);
  }

  /** Make the item of an event; null for what is no row of its own. */
  async of(event: MatrixEvent): Promise<EventItem | null> {
    const plain = plainEvent(event);
    if (!isRow(plain)) return null;
    const edits = await this.#editsOf(event);
    this.#remember(plain, edits);
    const answered = this.#known.get(replyTarget(plain));
    return buildItem(plain, {
      ...alone(this.#facts),
      edits,
      reactions: this.reactions.get(plain.id) ?? [],
      references: POLL_START.has(plain.type) ? await this.#votesOf(event) : [],
      reply: answered?.event ?? null,
      replyEdits: answered?.edits ?? [],
    });
  }

  /** What the server says was the last edit, decrypted. */
  async #editsOf(event: MatrixEvent): Promise<readonly TimelineEvent[]> {
    const bundled = event.getServerAggregatedRelation<JsonObject>("m.replace");
    if (bundled === undefined) return [];
    const edit = new SdkEvent({ ...bundled, room_id: this.room.roomId } as never);
    await this.sdk.decryptEventIfNeeded(edit);
    return [plainEvent(edit)];
  }

  async #votesOf(poll: MatrixEvent): Promise<readonly TimelineEvent[]> {
    await this.#related.loadVotes(poll.getId() ?? "");
    return this.#related.children(poll).map(plainEvent);
  }

  #remember(event: TimelineEvent, edits: readonly TimelineEvent[]): void {
    if (event.stateKey !== null) return;
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(event.id, { event, edits });
  }
}
