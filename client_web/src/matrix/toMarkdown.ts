import { type RichElement, type RichNode, textOf } from "./html";

const WRAPPED: Readonly<Record<string, string>> = {
  strong: "**",
  b: "**",
  em: "*",
  i: "*",
  del: "~~",
  s: "~~",
  strike: "~~",
};
const BLOCK = /^(?:p|div|blockquote|ul|ol|h[1-6]|pre|table|hr|details)$/;
const SPECIAL = /([\\`*_[\]~|])/g;

/** Return a message's formatted text as the Markdown that says the same, to be edited. */
export function toMarkdown(nodes: readonly RichNode[]): string {
  return [...blocks(nodes)].join("\n\n").trim();
}

function* blocks(nodes: readonly RichNode[]): Iterable<string> {
  let run: RichNode[] = [];
  for (const node of nodes) {
    if (typeof node === "string" || !BLOCK.test(node.tag)) {
      run.push(node);
      continue;
    }
    const words = inline(run).trim();
    if (words) yield words;
    run = [];
    yield* block(node);
  }
  const words = inline(run).trim();
  if (words) yield words;
}

function* block(element: RichElement): Iterable<string> {
  switch (element.tag) {
    case "pre":
      yield code(element);
      break;
    case "hr":
      yield "---";
      break;
    case "blockquote":
      yield quoted([...blocks(element.children)].join("\n\n"));
      break;
    case "ul":
    case "ol":
      yield list(element);
      break;
    case "table":
      yield table(element);
      break;
    default:
      if (/^h[1-6]$/.test(element.tag))
        yield `${"#".repeat(Number(element.tag[1]))} ${inline(element.children).trim()}`;
      else yield* blocks(element.children);
  }
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

function list(element: RichElement): string {
  const first = Number(element.attributes.start ?? "1");
  const items = element.children.filter((child): child is RichElement => typeof child !== "string");
  return items
    .map((item, index) => {
      const marker = element.tag === "ol" ? `${first + index}. ` : "- ";
      const loose = item.children.some((child) => typeof child !== "string" && child.tag === "p");
      const inner = [...blocks(item.children)].join(loose ? "\n\n" : "\n");
      return marker + inner.replaceAll("\n", `\n${" ".repeat(marker.length)}`);
    })
    .join("\n");
}

function code(element: RichElement): string {
  const text = textOf(element.children).replace(/\n+$/, "");
  const inner = element.children.find((child): child is RichElement => typeof child !== "string");
  const language = (inner?.attributes.class ?? "").replace(/^language-/, "");
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function table(element: RichElement): string {
  const rows = rowsOf(element).map((row) =>
    row.children
      .filter((cell): cell is RichElement => typeof cell !== "string")
      .map((cell) => inline(cell.children).trim().replaceAll("\n", " ")),
  );
  const [head, ...rest] = rows.map((row) => `| ${row.join(" | ")} |`);
  return head === undefined ? "" : [head, `|${"---|".repeat(rows[0]!.length)}`, ...rest].join("\n");
}

function rowsOf(element: RichElement): readonly RichElement[] {
  return element.children.flatMap((child) => {
    if (typeof child === "string") return [];
    return child.tag === "tr" ? [child] : rowsOf(child);
  });
}

function inline(nodes: readonly RichNode[]): string {
  return nodes.map(run).join("");
}

function run(node: RichNode): string {
  if (typeof node === "string") return escaped(node.replace(/\s+/g, " "));
  const inner = inline(node.children);
  const mark = WRAPPED[node.tag];
  if (mark !== undefined) return wrapped(inner, mark);
  if (node.tag === "br") return "\n";
  if (node.tag === "code") return codeSpan(textOf(node.children));
  if (node.tag === "a") return link(node, inner);
  if (node.tag === "img") return picture(node);
  const reason = node.attributes["data-mx-spoiler"];
  if (reason === undefined) return inner;
  return reason ? `||${reason.replaceAll("|", "")}|${inner}||` : `||${inner}||`;
}

/** Spaces belong outside the marks, or the marks are none. */
function wrapped(inner: string, mark: string): string {
  const match = /^(\s*)([\s\S]*?)(\s*)$/.exec(inner)!;
  return match[2] ? `${match[1]}${mark}${match[2]}${mark}${match[3]}` : inner;
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((each) => each[0].length));
  const ticks = "`".repeat(longest + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${ticks}${space}${text}${space}${ticks}`;
}

function link(element: RichElement, inner: string): string {
  const target = element.attributes.href;
  if (!target) return inner;
  if (textOf(element.children) === target) return target;
  return `[${inner}](${target.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

function picture(element: RichElement): string {
  const label = escaped(element.attributes.alt || element.attributes.title || "");
  return element.attributes.src ? `![${label}](${element.attributes.src})` : label;
}

/** Addresses stay as they are: nothing in them is Markdown. */
function escaped(text: string): string {
  const parts = text.split(/((?:https?:\/\/|matrix:|mailto:)\S+)/);
  return parts.map((part, index) => (index % 2 ? part : part.replace(SPECIAL, "\\$1"))).join("");
}
