import type { MatrixEvent } from "matrix-js-sdk";
import { readersLocale, t, type WordId } from "../../words";
import { plainText, readHtml } from "../html";
import { type EventItem, isMessage, type MessageItem } from "../timeline/values";
import type { Writer } from ".";

/** Lines to read anywhere: one a message, or more where its text has more. */
export class TextWriter implements Writer {
  #day = "";

  constructor(readonly roomName: string) {}

  begin(): string {
    return `${t("export.title", this.roomName)}\n`;
  }

  write(_event: MatrixEvent | null, item: EventItem | null, files: ReadonlyMap<string, string>): string {
    if (item === null || item.kind === "unknown") return "";
    const at = new Date(item.atMs);
    const day = at.toLocaleDateString(readersLocale(), { dateStyle: "full" });
    const heading = day === this.#day ? "" : `\n${day}\n`;
    this.#day = day;
    const clock = at.toLocaleTimeString(readersLocale(), { timeStyle: "short" });
    if (!isMessage(item)) return `${heading}${clock} ${t(`event.${item.word}` as WordId, ...item.args)}\n`;
    const edited = item.isEdited ? ` (${t("export.edited")})` : "";
    return `${heading}${clock} ${item.sender.name}${edited}: ${quoteOf(item)}${said(item, files)}\n`;
  }

  end(): string {
    return "";
  }
}

function quoteOf({ reply }: MessageItem): string {
  if (reply === null || reply.kind === null) return "";
  return `[${t("export.reply_to", reply.sender.name, reply.text)}] `;
}

function said(item: MessageItem, files: ReadonlyMap<string, string>): string {
  if (item.kind === "redacted") return `[${t("export.redacted")}]`;
  if (item.kind === "undecryptable") return `[${t("export.undecryptable")}]`;
  const words = item.html ? plainText(readHtml(item.html)) : item.body;
  if (item.kind === "poll") return [words, ...item.poll.answers.map(({ text }) => `  - ${text}`)].join("\n");
  if (item.kind === "location") return `${words} ${item.geoUri}`;
  if (!("media" in item)) return words;
  const all = item.gallery.length > 0 ? item.gallery : [item.media];
  const names = all.map((media) => `[${files.get(media.mxc) ?? media.name ?? ""}]`).join(" ");
  return item.hasCaption ? `${names} ${words}` : names;
}
