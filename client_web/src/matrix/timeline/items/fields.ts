import type { JsonObject } from "../../shapes";
import type { TimelineEvent } from "../event";
import type { Surroundings } from "../surroundings";
import type {
  ChangeItem,
  EventItem,
  LocationItem,
  MediaItem,
  Message,
  PollItem,
  RedactedItem,
  TextItem,
  UndecryptableItem,
  UnknownItem,
} from "../values";

type Own<T> = Omit<T, Exclude<keyof Message, "body" | "html" | "links">>;
type Said = Pick<Message, "body" | "html" | "links">;

/** What of an item depends on its kind. */
export type Fields =
  | Own<TextItem>
  | Own<MediaItem>
  | Own<LocationItem>
  | Own<PollItem>
  | (Omit<Own<RedactedItem>, keyof Said> & Said)
  | Own<UndecryptableItem>
  | Omit<ChangeItem, keyof Message>
  | Omit<UnknownItem, keyof Message>;

/** Makes the fields of one kind of event from its content after edits; null for what is not worth a row. */
export type Builder = (event: TimelineEvent, content: JsonObject, around: Surroundings) => Fields | null;

/** What a message without words has of them. */
export const SILENT: Said = { body: "", html: "", links: [] };

export type Kind = EventItem["kind"];
