import type { TimelineEvent } from "../event";
import type { Surroundings } from "../surroundings";
import type { Allowed } from "../values";
import type { Fields, Kind } from "./fields";

const EDITABLE: ReadonlySet<Kind> = new Set(["text", "emote", "notice", "image", "video", "audio", "file"]);
const NOTHING: Allowed = { edit: false, redact: false, react: false, reply: false, pin: false };

/** Tell what may be done; nothing with what is not sent yet, or not there any more. */
export function allowed(event: TimelineEvent, fields: Fields, around: Surroundings): Allowed {
  const { kind } = fields;
  if (event.isLocal || kind === "redacted") return NOTHING;
  const { rights, me } = around.room;
  const isOwn = event.sender === me;
  return {
    edit: isOwn && EDITABLE.has(kind) && rights.maySend(event.type),
    redact: rights.mayRedact(event.sender),
    react: rights.maySend("m.reaction"),
    reply: kind !== "undecryptable" && rights.maySend("m.room.message"),
    pin: rights.maySet("m.room.pinned_events"),
  };
}
