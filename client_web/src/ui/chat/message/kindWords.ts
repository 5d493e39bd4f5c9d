import type { TimelineItem } from "../../../matrix/timeline/values";
import { t } from "../../../words";

/** What a message without words of its own is called. */
export function kindWords(kind: TimelineItem["kind"]): string {
  switch (kind) {
    case "redacted":
      return t("main.redacted");
    case "undecryptable":
      return t("undecryptable.unknown");
    case "voice":
      return t("main.kind.voice");
    case "location":
      return t("main.kind.location");
    case "image":
    case "sticker":
      return t("main.kind.image");
    default:
      return "…";
  }
}
