import { asList, asObject, asObjects, asText, type JsonObject } from "./shapes";

/**
 * Several deltas of a sync as one: applying each costs the SDK tens of milliseconds, however little is in it.
 * Two deltas are only joined where the result says exactly what both say in their order.
 */

/** Return the two deltas as one; null where they have to be applied one after the other. */
export function mergeDeltas(first: JsonObject, second: JsonObject): JsonObject | null {
  const rooms = mergeSections(asObject(first.rooms), asObject(second.rooms));
  if (rooms === null) return null;
  return {
    ...first,
    ...second,
    rooms,
    account_data: { events: latestByType(eventsOf(first.account_data), eventsOf(second.account_data)) },
    presence: { events: [...eventsOf(first.presence), ...eventsOf(second.presence)] },
    to_device: { events: [...eventsOf(first.to_device), ...eventsOf(second.to_device)] },
    device_lists: mergeDeviceLists(asObject(first.device_lists), asObject(second.device_lists)),
  };
}

/** Return a delta that was spread over frames, each with its own rooms, as one. */
export function joinFrames(frames: readonly JsonObject[]): JsonObject {
  const rooms: Record<string, Record<string, unknown>> = {};
  for (const frame of frames) {
    for (const [section, ofSection] of Object.entries(asObject(frame.rooms))) {
      rooms[section] = { ...rooms[section], ...asObject(ofSection) };
    }
  }
  const { type: _, ...last } = frames.at(-1) ?? {};
  return { ...last, rooms };
}

/**
 * Return a delta as the SDK reads it. COMPAT: of what a room's state is after a timeline it knows only the name
 * from before v1.16 of the specification.
 */
export function asSdkReads(delta: JsonObject): JsonObject {
  const rooms: Record<string, unknown> = { ...asObject(delta.rooms) };
  for (const section of ["join", "leave"]) {
    const entries = Object.entries(asObject(rooms[section]));
    if (entries.length > 0)
      rooms[section] = Object.fromEntries(entries.map(([id, room]) => [id, renamed(asObject(room))]));
  }
  return { ...delta, rooms };
}

function renamed(room: JsonObject): JsonObject {
  const { state_after, ...rest } = room;
  return state_after === undefined ? room : { ...rest, "org.matrix.msc4222.state_after": state_after };
}

/** A room that goes from one section to another (joins, leaves) keeps the deltas apart. */
function mergeSections(first: JsonObject, second: JsonObject): JsonObject | null {
  const result: Record<string, Record<string, unknown>> = {};
  const places = new Map<string, string>();
  for (const [section, rooms] of Object.entries(first)) {
    result[section] = { ...asObject(rooms) };
    for (const roomId of Object.keys(result[section])) places.set(roomId, section);
  }
  for (const [section, rooms] of Object.entries(second)) {
    const target = result[section] ?? {};
    result[section] = target;
    for (const [roomId, room] of Object.entries(asObject(rooms))) {
      const place = places.get(roomId);
      const merged =
        place === undefined
          ? room
          : place === section
            ? mergeRoom(section, asObject(target[roomId]), asObject(room))
            : null;
      if (merged === null) return null;
      target[roomId] = merged;
    }
  }
  return result;
}

function mergeRoom(section: string, first: JsonObject, second: JsonObject): JsonObject | null {
  if (section !== "join") return null;
  // State before a timeline cannot be told once two timelines are one; state after it can.
  if (hasEvents(first.state) || hasEvents(second.state)) return null;
  const timeline = mergeTimeline(asObject(first.timeline), asObject(second.timeline));
  if (timeline === null) return null;
  return {
    ...(second.unread_notifications === undefined ? first : withoutThreadCounts(first)),
    ...second,
    timeline,
    ...mergeStateAfter(first, second),
    summary: { ...asObject(first.summary), ...asObject(second.summary) },
    ephemeral: { events: mergeEphemeral(eventsOf(first.ephemeral), eventsOf(second.ephemeral)) },
    account_data: { events: latestByType(eventsOf(first.account_data), eventsOf(second.account_data)) },
  };
}

/** A gap in the second timeline lies between the two. */
function mergeTimeline(first: JsonObject, second: JsonObject): JsonObject | null {
  if (!hasEvents(second) && second.limited !== true) return { ...first, events: eventsOf(first) };
  if (!hasEvents(first) && first.limited !== true) return second;
  if (second.limited === true) return null;
  return { ...first, events: [...eventsOf(first), ...eventsOf(second)] };
}

function mergeStateAfter(first: JsonObject, second: JsonObject): JsonObject {
  if (first.state_after === undefined && second.state_after === undefined) return {};
  const events = new Map<string, JsonObject>();
  for (const event of [...eventsOf(first.state_after), ...eventsOf(second.state_after)]) {
    const key = JSON.stringify([event.type, event.state_key]);
    events.delete(key);
    events.set(key, event);
  }
  return { state_after: { events: [...events.values()] } };
}

/** New counts are all there are: a thread that they do not name has nothing unread. */
function withoutThreadCounts(room: JsonObject): JsonObject {
  const { unread_thread_notifications: _, ...rest } = room;
  return rest;
}

/** Who is typing is said whole each time; receipts add up. */
function mergeEphemeral(first: readonly JsonObject[], second: readonly JsonObject[]): readonly JsonObject[] {
  const isTypingNews = second.some((event) => event.type === "m.typing");
  return [...first.filter((event) => !(isTypingNews && event.type === "m.typing")), ...second];
}

function latestByType(first: readonly JsonObject[], second: readonly JsonObject[]): readonly JsonObject[] {
  const news = new Set(second.map((event) => event.type));
  return [...first.filter((event) => !news.has(event.type)), ...second];
}

function mergeDeviceLists(first: JsonObject, second: JsonObject): JsonObject {
  const changed = new Set(textsOf(first.changed));
  const left = new Set(textsOf(first.left));
  for (const userId of textsOf(second.changed)) {
    changed.add(userId);
    left.delete(userId);
  }
  for (const userId of textsOf(second.left)) {
    left.add(userId);
    changed.delete(userId);
  }
  return { changed: [...changed], left: [...left] };
}

function textsOf(value: unknown): readonly string[] {
  return asList(value)
    .map((entry) => asText(entry))
    .filter(Boolean);
}

function eventsOf(value: unknown): readonly JsonObject[] {
  return asObjects(asObject(value).events);
}

function hasEvents(value: unknown): boolean {
  return eventsOf(value).length > 0;
}
