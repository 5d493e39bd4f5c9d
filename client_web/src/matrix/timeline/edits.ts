import { asObject, type JsonObject } from "../shapes";
import { relationTarget, relationType, type TimelineEvent } from "./event";

/**
 * Tell whether an event may replace another one's content. Somebody else's edit never counts, nor one in clear text
 * of what was encrypted: a server could make both.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#event-replacements
 */
export function isValidEdit(original: TimelineEvent, edit: TimelineEvent): boolean {
  const content = edit.content["m.new_content"];
  return (
    relationType(edit) === "m.replace" &&
    relationTarget(edit) === original.id &&
    edit.sender === original.sender &&
    edit.type === original.type &&
    edit.stateKey === null &&
    original.stateKey === null &&
    relationType(original) !== "m.replace" &&
    !edit.isRedacted &&
    !original.isRedacted &&
    edit.failure === "" &&
    (edit.isEncrypted || edit.isLocal || !original.isEncrypted) &&
    typeof content === "object" &&
    content !== null &&
    !Array.isArray(content)
  );
}

/** Give the edits that count, the first one first; of several at once the one with the greatest id is last. */
export function validEdits(
  original: TimelineEvent,
  edits: readonly TimelineEvent[],
): readonly TimelineEvent[] {
  return edits
    .filter((edit) => isValidEdit(original, edit))
    .sort(
      (one, other) =>
        Number(one.isLocal) - Number(other.isLocal) || one.atMs - other.atMs || (one.id < other.id ? -1 : 1),
    );
}

/** Give what an event says after an edit. */
export function editedContent(original: TimelineEvent, edit: TimelineEvent | undefined): JsonObject {
  return edit === undefined ? original.content : asObject(edit.content["m.new_content"]);
}
