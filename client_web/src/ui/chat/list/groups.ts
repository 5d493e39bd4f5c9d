import { isMessage, type TimelineItem } from "../../../matrix/timeline/values";

/** Messages of one person that follow each other this closely share picture and name. */
const GROUP_WITHIN_MS = 5 * 60_000;

/** Tell whether a message shows who speaks: another one does, or a while has passed. */
export function beginsGroup(item: TimelineItem, before: TimelineItem | undefined): boolean {
  if (!isMessage(item)) return false;
  if (before === undefined || !isMessage(before) || before.sender.id !== item.sender.id) return true;
  if (item.kind === "emote" || before.kind === "emote") return true;
  const apart = item.atMs - before.atMs;
  return apart < 0 || apart >= GROUP_WITHIN_MS;
}

/** Guess how high a row is before it is drawn; the nearer, the less the scroll bar moves. */
export function estimatedHeight(item: TimelineItem, isHead: boolean): number {
  switch (item.kind) {
    case "text":
    case "notice":
    case "emote": {
      const lines = Math.ceil(item.body.length / 105) + (item.body.match(/\n/g)?.length ?? 0);
      const extra = (item.reply ? 22 : 0) + (item.reactions.length ? 28 : 0) + (item.thread ? 34 : 0);
      // As they turn out at the usual density: what is guessed rightly is not drawn twice.
      return Math.round((isHead ? 36 : 2) + Math.max(1, lines) * 20.3) + extra;
    }
    case "image":
    case "video":
      return 300;
    case "sticker":
      return 190;
    case "audio":
    case "voice":
    case "file":
    case "location":
      return isHead ? 92 : 58;
    case "poll":
      return 220;
    case "beginning":
      return 190;
    case "unknown":
      return 0;
    default:
      return 28;
  }
}
