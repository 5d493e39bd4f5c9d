import type { MatrixEvent } from "matrix-js-sdk";
import { readersLocale, t, type WordId } from "../../words";
import { type RichNode, readHtml } from "../html";
import { type EventItem, isMessage, type MediaItem, type MessageItem, type Poll } from "../timeline/values";
import type { Media } from "../types";
import type { Writer } from ".";

const STYLE = `
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #1f1d1a; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: .85rem; color: #6b665d; border-top: 1px solid #e3dfd7; padding-top: .75rem }
article { margin: .75rem 0; overflow-wrap: anywhere } article.thread { margin-inline-start: 2rem }
.sender { font-weight: 600 } time, .note, .change { color: #6b665d; font-size: .8rem } .change { margin: .5rem 0 }
a { color: #1d6a8c } img, video { max-width: min(100%, 30rem); border-radius: 8px; display: block } audio { display: block }
pre, code { background: #f3f1ed; border-radius: 4px } pre { padding: .5rem; overflow: auto }
blockquote { border-inline-start: 3px solid #e3dfd7; margin: .25rem 0; padding-inline-start: .75rem; color: #6b665d }
ul { margin: .25rem 0 } .reactions span { border: 1px solid #e3dfd7; border-radius: 1rem; padding: 0 .5rem; margin-inline-end: .25rem; font-size: .8rem }
@media (prefers-color-scheme: dark) {
  body { color: #eceae6; background: #202322 } a { color: #7cc3df } pre, code { background: #161817 }
  h2, blockquote, .reactions span { border-color: #3d423f } h2, time, .note, .change, blockquote { color: #a8a59e }
}
`;
/** Nothing of the page may fetch anything but the files beside it, nor run. */
const POLICY = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'";
const VOID = new Set(["br", "hr"]);

/** A page to read: messages by day, and what became of the room and its people between them. */
export class HtmlWriter implements Writer {
  #day = "";

  constructor(
    readonly roomName: string,
    /** A file that is not among those saved is said to be missing. */
    readonly withFiles: boolean,
  ) {}

  begin(): string {
    const title = escapeHtml(t("export.title", this.roomName));
    return (
      `<!doctype html>\n<html lang="${readersLocale()}">\n<head>\n<meta charset="utf-8">\n` +
      `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
      `<meta name="viewport" content="width=device-width">\n<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n` +
      `<body>\n<h1 dir="auto">${title}</h1>\n`
    );
  }

  write(_event: MatrixEvent | null, item: EventItem | null, files: ReadonlyMap<string, string>): string {
    if (item === null || item.kind === "unknown") return "";
    const day = new Date(item.atMs).toLocaleDateString(readersLocale(), { dateStyle: "full" });
    const heading = day === this.#day ? "" : `<h2>${escapeHtml(day)}</h2>\n`;
    this.#day = day;
    return heading + (isMessage(item) ? this.#article(item, files) : change(item));
  }

  end(): string {
    return "</body>\n</html>\n";
  }

  #article(item: MessageItem, files: ReadonlyMap<string, string>): string {
    const at = new Date(item.atMs);
    const clock = at.toLocaleTimeString(readersLocale(), { timeStyle: "short" });
    const { id, name } = item.sender;
    return (
      `<article id="${escapeHtml(item.eventId ?? item.key)}"${item.threadRoot === null ? "" : ' class="thread"'}>` +
      `<span class="sender" dir="auto" title="${escapeHtml(id)}">${escapeHtml(name)}</span> ` +
      `<time datetime="${at.toISOString()}">${escapeHtml(clock)}</time>` +
      `${item.isEdited ? ` <span class="note">(${escapeHtml(t("export.edited"))})</span>` : ""}` +
      `${quoteOf(item)}<div dir="auto">${this.#body(item, files)}</div>${reactionsOf(item)}</article>\n`
    );
  }

  #body(item: MessageItem, files: ReadonlyMap<string, string>): string {
    if (item.kind === "redacted") return note(t("export.redacted"));
    if (item.kind === "undecryptable") return note(t("export.undecryptable"));
    if (item.kind === "poll") return pollOf(item.poll);
    const said = item.html ? richHtml(readHtml(item.html)) : lines(item.body);
    if (item.kind === "emote") return `* ${escapeHtml(item.sender.name)} ${said}`;
    if (item.kind === "location")
      return `${note(t("export.location"))} ${escapeHtml(item.geoUri)}<br>${said}`;
    if (!("media" in item)) return said;
    const all = item.gallery.length > 0 ? item.gallery : [item.media];
    const shown = all.map((media) => this.#file(item.kind, media, files.get(media.mxc) ?? "")).join("\n");
    return item.hasCaption ? `${shown}<div>${said}</div>` : shown;
  }

  #file(kind: MediaItem["kind"], media: Media, path: string): string {
    const name = escapeHtml(media.name ?? "");
    if (path === "") return this.withFiles ? note(t("export.file_missing", media.name ?? "")) : name;
    const address = escapeHtml(path.split("/").map(encodeURIComponent).join("/"));
    if (kind === "image" || kind === "sticker")
      return `<a href="${address}"><img src="${address}" alt="${name}" loading="lazy"></a>`;
    if (kind === "video") return `<video src="${address}" controls preload="none"></video>`;
    if (kind === "audio" || kind === "voice")
      return `<audio src="${address}" controls preload="none"></audio>`;
    return `<a href="${address}" download>${name}</a>`;
  }
}

function change(item: Exclude<EventItem, MessageItem>): string {
  if (item.kind === "unknown") return "";
  return `<div class="change" dir="auto">${escapeHtml(t(`event.${item.word}` as WordId, ...item.args))}</div>\n`;
}

function quoteOf({ reply }: MessageItem): string {
  if (reply === null || reply.kind === null) return "";
  const words = t("export.reply_to", reply.sender.name, reply.text);
  return `<blockquote dir="auto">${escapeHtml(words)}</blockquote>`;
}

function reactionsOf({ reactions }: MessageItem): string {
  if (reactions.length === 0) return "";
  const shown = reactions.map(({ key, picture, count }) =>
    picture === null ? `<span>${escapeHtml(key)} ${count}</span>` : `<span>? ${count}</span>`,
  );
  return `<div class="reactions">${shown.join("")}</div>`;
}

function pollOf(poll: Poll): string {
  const answers = poll.answers.map(({ text, votes }) => {
    const counted = votes === null ? "" : ` ${note(t("export.votes", { n: votes }))}`;
    return `<li dir="auto">${escapeHtml(text)}${counted}</li>`;
  });
  return `${lines(poll.question)}<ul>${answers.join("")}</ul>`;
}

function lines(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

function note(text: string): string {
  return `<span class="note">${escapeHtml(text)}</span>`;
}

/** Write what was read and checked as HTML again; pictures become their words, since nothing may be fetched. */
function richHtml(nodes: readonly RichNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return escapeHtml(node);
      const { tag, attributes, children } = node;
      if (tag === "img") return escapeHtml(attributes.alt ?? attributes.title ?? "");
      const href =
        tag === "a" && attributes.href ? ` href="${escapeHtml(attributes.href)}" rel="noopener"` : "";
      return VOID.has(tag) ? `<${tag}>` : `<${tag}${href}>${richHtml(children)}</${tag}>`;
    })
    .join("");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
