import type { MarkdownIt, StateInline, Token } from "markdown-it";
import { readHtml, withoutSpoilers } from "./html";
import { findLinks, parseMatrixLink } from "./links";

/** What a message says: in plain form, as HTML where that says more, and who is mentioned. */
export interface Written {
  readonly body: string;
  /** Empty where the body alone is the message. */
  readonly html: string;
  readonly userIds: readonly string[];
  /** Everybody in the room is mentioned. */
  readonly room: boolean;
}

/** Longer texts are sent as they are: an event holds 65,536 bytes. */
const MAX_LENGTH = 60_000;
const PLAIN_BLOCKS = new Set(["paragraph_open", "paragraph_close", "inline"]);
const PLAIN_INLINE = new Set(["text", "softbreak", "hardbreak", "bare_url"]);
const ROOM = /(?<![\w@])@room(?!\w)/;
const NAMED_LINK = /\[((?:\\.|[^\]\\])*)\]\((?:https:\/\/matrix\.to\/#\/[^)\s]*|matrix:[^)\s]*)\)/g;
const SPOILER = /\|\|(?:([^|\n]*)\|)?([\s\S]+?)\|\|/y;
const ADDRESS = /(?:https?:\/\/|matrix:|mailto:)[^\s<>]+/iy;
const TEXT = /(?:(?!https?:\/\/|matrix:|mailto:)[^\n!#$%&*+\-:<=>@[\]\\^_`{}~|])+/iy;

let markdown: MarkdownIt | undefined;

/** Load what `write` needs. To be awaited once before the first message is written. */
export async function loadMarkdown(): Promise<void> {
  if (markdown === undefined) markdown = configured((await import("markdown-it")).default);
}

/** Return a message that is text alone. */
export function plainly(body: string): Written {
  return { body, html: "", userIds: [], room: false };
}

/**
 * Return what a text with Markdown says: CommonMark with tables, ~~deleted~~ and ||spoilers||; line breaks count,
 * raw HTML is text, a link to a person mentions them, `@room` mentions everybody.
 */
export function write(text: string): Written {
  if (text.length > MAX_LENGTH || markdown === undefined) return plainly(text);
  const tokens = markdown.parse(text, {});
  const inline = tokens.flatMap((token) => token.children ?? []);
  const userIds = [...new Set(mentioned(inline))];
  const room = inline.some((token) => token.type === "text" && ROOM.test(token.content));
  if (isPlain(tokens, inline)) return { body: unmarked(text, tokens), html: "", userIds, room };
  const html = rendered(markdown, tokens);
  return { body: fallback(text, html), html, userIds, room };
}

/** Return text as HTML that says the same. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function isPlain(tokens: readonly Token[], inline: readonly Token[]): boolean {
  return (
    tokens.every((token) => PLAIN_BLOCKS.has(token.type)) &&
    inline.every((token) => PLAIN_INLINE.has(token.type))
  );
}

/** The text as it was typed, unless backslashes took the meaning of something. */
function unmarked(text: string, tokens: readonly Token[]): string {
  const paragraphs = tokens.filter((token) => token.type === "inline");
  const said = paragraphs.map((token) => (token.children ?? []).map(saidBy).join("")).join("\n\n");
  const letters = (words: string): string => words.replace(/\s+/g, "");
  return letters(said) === letters(text) ? text : said;
}

function saidBy(token: Token): string {
  return token.type.endsWith("break") ? "\n" : token.content;
}

/** What clients without HTML show: the text as typed, names for links to people, no spoilers. */
function fallback(text: string, html: string): string {
  if (html.includes("<span data-mx-spoiler")) return withoutSpoilers(readHtml(html));
  return text.replace(NAMED_LINK, (_, label: string) => label.replace(/\\(.)/g, "$1"));
}

function* mentioned(inline: readonly Token[]): Iterable<string> {
  for (const token of inline) {
    const addresses =
      token.type === "link_open"
        ? [String(token.attrGet("href") ?? "")]
        : token.type === "text" || token.type === "bare_url"
          ? findLinks(token.content).map((link) => link.target)
          : [];
    for (const address of addresses) {
      const link = parseMatrixLink(address);
      if (link?.kind === "user") yield link.identifier;
    }
  }
}

function rendered(parser: MarkdownIt, tokens: Token[]): string {
  const outer = tokens.filter((token) => token.level === 0 && token.nesting >= 0 && token.type !== "inline");
  if (outer.length === 1) {
    for (const token of tokens) {
      if (token.level === 0 && token.type.startsWith("paragraph_")) token.hidden = true;
    }
  }
  return parser.renderer.render(tokens, parser.options, {}).replaceAll("<br>\n", "<br>").trim();
}

function configured(Parser: typeof import("markdown-it").default): MarkdownIt {
  const parser = new Parser("commonmark", { html: false, breaks: true, xhtmlOut: false, maxNesting: 40 });
  parser.enable(["table", "strikethrough"]);
  parser.disable(["code", "reference", "lheading", "entity"]);
  parser.inline.ruler.before("text", "bare_url", takeAddress);
  parser.inline.ruler.before("text", "spoiler", takeSpoiler);
  parser.inline.ruler.at("text", takeText);
  const rules = parser.renderer.rules;
  rules.bare_url = (tokens, index) => {
    const shown = escapeHtml(tokens[index]!.content);
    return `<a href="${shown}">${shown}</a>`;
  };
  rules.spoiler_open = (tokens, index) => {
    const reason = String(tokens[index]!.attrGet("data-mx-spoiler") ?? "");
    return reason ? `<span data-mx-spoiler="${escapeHtml(reason)}">` : "<span data-mx-spoiler>";
  };
  rules.image = (tokens, index) => picture(tokens[index]!);
  return parser;
}

/** Custom emoji; anything else cannot be shown by others and stays a link. */
function picture(token: Token): string {
  const source = String(token.attrGet("src") ?? "");
  const name = escapeHtml(token.content);
  if (!source.startsWith("mxc://"))
    return `<a href="${escapeHtml(source)}">${name || escapeHtml(source)}</a>`;
  return `<img data-mx-emoticon src="${escapeHtml(source)}" alt="${name}" title="${name}" height="32">`;
}

/** Take an address whole, so that stars and underlines in it are no emphasis. */
function takeAddress(state: StateInline, silent: boolean): boolean {
  const match = matchAt(ADDRESS, state);
  if (match === null || /[\p{L}\p{N}]/u.test(state.src[state.pos - 1] ?? "")) return false;
  const found = findLinks(match[0])[0];
  if (found === undefined || found.start !== 0) return false;
  if (!silent) state.push("bare_url", "", 0).content = match[0].slice(0, found.end);
  state.pos += found.end;
  return true;
}

/** Take plain text, as Markdown's own rule does, but stop before addresses and spoilers. */
function takeText(state: StateInline, silent: boolean): boolean {
  const match = matchAt(TEXT, state);
  if (match === null) return false;
  if (!silent) state.pending += match[0];
  state.pos += match[0].length;
  return true;
}

function takeSpoiler(state: StateInline, silent: boolean): boolean {
  const match = state.src.startsWith("||", state.pos) ? matchAt(SPOILER, state) : null;
  if (match === null) return false;
  const after = state.pos + match[0].length;
  if (!silent) {
    state.push("spoiler_open", "span", 1).attrSet("data-mx-spoiler", (match[1] ?? "").trim());
    const end = state.posMax;
    state.posMax = after - 2;
    state.pos = after - 2 - match[2]!.length;
    state.md.inline.tokenize(state);
    state.push("spoiler_close", "span", -1);
    state.posMax = end;
  }
  state.pos = after;
  return true;
}

function matchAt(pattern: RegExp, state: StateInline): RegExpExecArray | null {
  pattern.lastIndex = state.pos;
  return pattern.exec(state.src.slice(0, state.posMax));
}
