import createPurifier, { type Config } from "dompurify";
import { withoutDirection } from "./names";

/** A piece of a message's formatted text: words, or an element of those that the specification names. */
export type RichNode = string | RichElement;

export interface RichElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly RichNode[];
}

const MAX_LENGTH = 65_536;
const MAX_TAGS = 2_000;
const MAX_DEPTH = 100;
const KEPT = 500;

const TAGS =
  "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s strike code hr br div table thead tbody tr th td caption pre span font img details summary".split(
    " ",
  );
const REMOVED_WITH_CONTENT =
  "mx-reply script style title template noscript iframe object embed svg math select textarea".split(" ");
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  span: ["data-mx-bg-color", "data-mx-color", "data-mx-spoiler", "data-mx-maths"],
  font: ["data-mx-bg-color", "data-mx-color", "color"],
  a: ["href"],
  img: ["width", "height", "alt", "title", "src", "data-mx-emoticon"],
  ol: ["start"],
  code: ["class"],
  div: ["data-mx-maths"],
};
const BLOCKS = new Set(
  "p div blockquote ul ol li h1 h2 h3 h4 h5 h6 pre table tr hr details summary caption".split(" "),
);
const CONFIG: Config = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: [...new Set(Object.values(ATTRIBUTES).flat())],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // What else may stand in an address is decided attribute by attribute, below.
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|matrix|mxc):/i,
  ADD_URI_SAFE_ATTR: Object.values(ATTRIBUTES)
    .flat()
    .filter((name) => name !== "href" && name !== "src"),
  FORBID_CONTENTS: REMOVED_WITH_CONTENT,
  RETURN_DOM_FRAGMENT: true,
  SANITIZE_DOM: true,
};
const CONTENT_URI = /^mxc:\/\/[A-Za-z0-9.:[\]-]{1,255}\/[A-Za-z0-9_-]{1,255}$/;
const COLOR = /^#[0-9a-fA-F]{6}$/;
const LANGUAGE = /^language-[A-Za-z0-9_+#.-]{1,32}$/;
const NUMBER = /^-?\d{1,5}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSAFE_IN_LINKS = /[\u0000-\u0020\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const LINK = /^(?:https?|mailto|matrix):[\s\S]/i;
const REPLY = /^\s*<mx-reply\b[\s\S]*?<\/mx-reply\s*>/i;

const known = new Map<string, readonly RichNode[]>();

/**
 * Return what a formatted body says, as a tree of nothing but the tags and attributes that the specification
 * names; empty where it is too much of it, or where nothing is left. Remembers what it was asked last.
 *
 * Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
 */
export function readHtml(html: string): readonly RichNode[] {
  const before = known.get(html);
  if (before !== undefined) return before;
  const nodes = parse(html);
  if (known.size >= KEPT) known.delete(known.keys().next().value!);
  known.set(html, nodes);
  return nodes;
}

/** Return what HTML says without markup; each character that a spoiler hides becomes `hidden`. */
export function plainText(nodes: readonly RichNode[], hidden = "▒"): string {
  const parts: string[] = [];
  for (const node of nodes) gather(node, parts, hidden, false);
  return parts
    .join("")
    .replace(/[ \t]*\n[ \t]*/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** Return what HTML says, with "[Spoiler]" in place of what is hidden: for clients that know no spoilers. */
export function withoutSpoilers(nodes: readonly RichNode[]): string {
  return plainText(nodes.map(spoilerNamed));
}

/** Return a body without the quotation that clients used to put before an answer. */
export function withoutReply(body: string): string {
  if (!/^> (?:\* )?<@[^>\n]+>/.test(body)) return body;
  const lines = body.split("\n");
  const first = lines.findIndex((line) => !line.startsWith(">"));
  const rest = first < 0 ? [] : lines.slice(first);
  return (rest[0]?.trim() === "" ? rest.slice(1) : rest).join("\n");
}

/** Return where links lead, in order, but in quotations, code and spoilers: those are not to be previewed. */
export function linkTargets(nodes: readonly RichNode[]): readonly string[] {
  return nodes.flatMap((node) => {
    if (typeof node === "string" || /^(?:blockquote|code|pre)$/.test(node.tag)) return [];
    if ("data-mx-spoiler" in node.attributes) return [];
    const own = node.tag === "a" && node.attributes.href ? [node.attributes.href] : [];
    return [...own, ...linkTargets(node.children)];
  });
}

/** Return all text within nodes, joined. */
export function textOf(nodes: readonly RichNode[]): string {
  return nodes.map((node) => (typeof node === "string" ? node : textOf(node.children))).join("");
}

function parse(html: string): readonly RichNode[] {
  if (html.length > MAX_LENGTH || html.split("<").length > 2 * MAX_TAGS) return [];
  const fragment = purifier().sanitize(html.replace(REPLY, ""), CONFIG) as unknown as DocumentFragment;
  return nodesOf(fragment, 0);
}

let purify: ReturnType<typeof createPurifier> | undefined;

function purifier() {
  purify ??= createPurifier(window);
  return purify;
}

function nodesOf(parent: Node, depth: number): readonly RichNode[] {
  const nodes: RichNode[] = [];
  for (const child of parent.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) nodes.push(withoutDirection(child.nodeValue ?? ""));
    else if (child.nodeType === Node.ELEMENT_NODE) {
      // Below the deepest level tags lose their meaning and keep their text.
      if (depth >= MAX_DEPTH) nodes.push(withoutDirection(child.textContent ?? ""));
      else nodes.push(elementOf(child as Element, depth));
    }
  }
  return nodes;
}

function elementOf(element: Element, depth: number): RichElement {
  const tag = element.tagName.toLowerCase();
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES[tag] ?? []) {
    const value = element.getAttribute(name);
    const checked = value === null ? undefined : checkedAttribute(name, value);
    if (checked !== undefined) attributes[name] = checked;
  }
  return { tag, attributes, children: nodesOf(element, depth + 1) };
}

function checkedAttribute(name: string, value: string): string | undefined {
  switch (name) {
    case "href":
      return checkedLink(value);
    case "src":
      return CONTENT_URI.test(value) ? value : undefined;
    case "data-mx-color":
    case "data-mx-bg-color":
    case "color":
      return COLOR.test(value) ? value : undefined;
    case "class":
      return value.split(/\s+/).find((word) => LANGUAGE.test(word));
    case "start":
    case "width":
    case "height":
      return NUMBER.test(value) ? value : undefined;
    default:
      return withoutDirection(value.slice(0, 1_000));
  }
}

/** A link is absolute and free of characters that make it read as another one. */
function checkedLink(value: string): string | undefined {
  const address = value.replace(UNSAFE_IN_LINKS, "");
  return LINK.test(address) ? address.slice(0, 2_048) : undefined;
}

function spoilerNamed(node: RichNode): RichNode {
  if (typeof node === "string") return node;
  const { "data-mx-spoiler": reason, ...attributes } = node.attributes;
  if (reason !== undefined)
    return { tag: node.tag, attributes, children: [reason ? `[Spoiler for ${reason}]` : "[Spoiler]"] };
  return { ...node, children: node.children.map(spoilerNamed) };
}

function gather(node: RichNode, parts: string[], hidden: string, inSpoiler: boolean): void {
  if (typeof node === "string") {
    parts.push(inSpoiler ? node.replace(/\S/gu, hidden) : node);
    return;
  }
  const covered = inSpoiler || "data-mx-spoiler" in node.attributes;
  if (node.tag === "br") parts.push("\n");
  if (node.tag === "img") parts.push(node.attributes.alt || node.attributes.title || "");
  if (node.tag === "td" || node.tag === "th") parts.push("\t");
  const block = BLOCKS.has(node.tag);
  if (block) breakLine(parts);
  if (node.tag === "li") parts.push("• ");
  for (const child of node.children) gather(child, parts, hidden, covered);
  if (block) breakLine(parts);
}

function breakLine(parts: string[]): void {
  if (parts.length > 0 && !parts.at(-1)!.endsWith("\n")) parts.push("\n");
}
