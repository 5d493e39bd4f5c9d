import { readersLocale, t } from "../../words";
import { plainText, type RichNode, readHtml, withoutReply } from "../html";
import { cleanLines } from "../names";
import { asObject, asText } from "../shapes";

/** A message as a page of history shows it. */
export interface PageMessage {
  readonly id: string;
  readonly sender: string;
  readonly senderName: string;
  readonly time: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly isRedacted: boolean;
  readonly isUndecryptable: boolean;
  readonly isEdited: boolean;
  /** Where its file was saved beside the page; empty where it has none, or was not saved. */
  readonly file: string;
  readonly isPicture: boolean;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; color: #1f1d1a; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: .85rem; color: #6b665d; border-top: 1px solid #e3dfd7; padding-top: .75rem }
article { margin: .5rem 0 } .sender { font-weight: 600 } time, .note { color: #6b665d; font-size: .8rem }
img { max-width: min(100%, 30rem); border-radius: 8px; display: block } pre, code { background: #f3f1ed; border-radius: 4px }
pre { padding: .5rem; overflow: auto } blockquote { border-left: 3px solid #e3dfd7; margin: 0; padding-left: .75rem }
@media (prefers-color-scheme: dark) { body { color: #eceae6; background: #202322 } h2 { border-color: #313533 } pre, code { background: #161817 } }
`;
/** Nothing of the page may fetch anything but the files beside it, nor run. */
const POLICY = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'";
const VOID = new Set(["br", "hr", "img"]);

/** Begin a page of history. */
export function pageHead(roomName: string): string {
  const title = escapeHtml(t("export.title", roomName));
  return (
    `<!doctype html>\n<html lang="${readersLocale()}">\n<head>\n<meta charset="utf-8">\n` +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
    `<meta name="viewport" content="width=device-width">\n<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n` +
    `<body>\n<h1>${title}</h1>\n`
  );
}

/** The heading of a day. */
export function pageDay(time: number): string {
  const day = new Date(time).toLocaleDateString(readersLocale(), { dateStyle: "full" });
  return `<h2>${escapeHtml(day)}</h2>\n`;
}

/** One message. */
export function pageMessage(message: PageMessage): string {
  const at = new Date(message.time);
  const clock = at.toLocaleTimeString(readersLocale(), { timeStyle: "short" });
  const edited = message.isEdited ? ` <span class="note">(${escapeHtml(t("export.edited"))})</span>` : "";
  return (
    `<article id="${escapeHtml(message.id)}"><span class="sender" dir="auto" title="${escapeHtml(message.sender)}">` +
    `${escapeHtml(message.senderName)}</span> <time datetime="${at.toISOString()}">${escapeHtml(clock)}</time>${edited}` +
    `<div dir="auto">${bodyOf(message)}</div></article>\n`
  );
}

/** End a page of history. */
export function pageEnd(): string {
  return "</body>\n</html>\n";
}

function bodyOf(message: PageMessage): string {
  if (message.isRedacted) return note(t("export.redacted"));
  if (message.isUndecryptable) return note(t("export.undecryptable"));
  const { content } = message;
  const body = withoutReply(asText(content.body, 65_536));
  const name = asText(content.filename, 300) || body;
  if (message.file !== "") {
    const address = escapeHtml(message.file);
    const shown = message.isPicture
      ? `<img src="${address}" alt="${escapeHtml(name)}">`
      : `<a href="${address}">${escapeHtml(name)}</a>`;
    return name === body ? shown : `${shown}${lines(body)}`;
  }
  if (message.type.endsWith("poll.start")) return lines(pollText(content));
  const formatted = asText(content.formatted_body, 65_536);
  return formatted ? richHtml(readHtml(formatted)) : lines(body);
}

function pollText(content: Readonly<Record<string, unknown>>): string {
  const poll = asObject(content["m.poll"] ?? content["org.matrix.msc3381.poll.start"]);
  return cleanLines(
    plainText(readHtml(asText(asObject(poll.question)["m.text"] ?? asObject(poll.question).body))),
  );
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
