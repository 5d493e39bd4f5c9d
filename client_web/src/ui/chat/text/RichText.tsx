import { createElement, type ReactNode } from "react";
import { type RichElement, type RichNode, readHtml, textOf } from "../../../matrix/html";
import { findLinks } from "../../../matrix/links";
import { CodeBlock } from "./CodeBlock";
import { Emoticon } from "./Emoticon";
import { MessageLink } from "./MessageLink";
import styles from "./RichText.module.css";
import { Spoiler } from "./Spoiler";

interface RichTextProps {
  readonly body: string;
  /** As its sender wrote it; empty where the body is all. */
  readonly html: string;
}

/** What a message says: every element is made here, from the few that `readHtml` lets through. */
export function RichText({ body, html }: RichTextProps) {
  const nodes = html ? readHtml(html) : [];
  if (nodes.length === 0) return <div className={`${styles.text} ${styles.plain}`}>{linked(body)}</div>;
  return <div className={styles.text}>{rendered(nodes)}</div>;
}

function rendered(nodes: readonly RichNode[], isInLink = false): ReactNode {
  return nodes.map((node, index) => {
    if (typeof node === "string") return isInLink ? node : linked(node);
    // biome-ignore lint/suspicious/noArrayIndexKey: what a message says has no other order
    return <RichPart key={index} element={node} isInLink={isInLink} />;
  });
}

function RichPart({ element, isInLink }: { readonly element: RichElement; readonly isInLink: boolean }) {
  const { tag, attributes, children } = element;
  const isLink = tag === "a" && attributes.href !== undefined;
  if (tag === "br") return <br />;
  if (tag === "hr") return <hr />;
  if (tag === "img") return <Emoticon attributes={attributes} />;
  if (tag === "pre") return <CodeBlock element={element} />;
  if (tag === "code") return <code>{textOf(children)}</code>;
  if (isLink && !isInLink) {
    return (
      <MessageLink address={attributes.href!} words={textOf(children)}>
        {rendered(children, true)}
      </MessageLink>
    );
  }
  const inside = rendered(children, isInLink);
  const reason = attributes["data-mx-spoiler"];
  if (reason !== undefined) return <Spoiler reason={reason}>{inside}</Spoiler>;
  if (tag === "table")
    return <div className={styles.table}>{createElement("table", {}, tableParts(children))}</div>;
  if (tag === "ol" && attributes.start) return <ol start={Number(attributes.start)}>{inside}</ol>;
  // One level below the room's name, whichever it has: levels of the page must not be left out.
  if (HEADING.test(tag)) return <h2 data-level={tag.slice(1)}>{inside}</h2>;
  const style = colorsOf(attributes);
  return createElement(SHOWN_AS[tag] ?? tag, style && { style }, inside);
}

const HEADING = /^h[1-6]$/;

/** What has no meaning of its own any more. */
const SHOWN_AS: Readonly<Record<string, string>> = {
  a: "span",
  font: "span",
  strike: "s",
};

/** Text between the parts of a table is no child that a table may have. */
function tableParts(children: readonly RichNode[]): ReactNode {
  return children.map((child, index) => {
    if (typeof child === "string") return null;
    const isCell = child.tag === "td" || child.tag === "th";
    const inside = isCell || child.tag === "caption" ? rendered(child.children) : tableParts(child.children);
    return createElement(child.tag, { key: index }, inside);
  });
}

function colorsOf(attributes: Readonly<Record<string, string>>) {
  const color = attributes["data-mx-color"] ?? attributes.color;
  const backgroundColor = attributes["data-mx-bg-color"];
  return color || backgroundColor ? { color, backgroundColor } : undefined;
}

/** Text with the addresses in it as links. */
function linked(text: string): ReactNode {
  if (!/[@#:]|www\./.test(text)) return text;
  const parts: ReactNode[] = [];
  let end = 0;
  for (const link of findLinks(text)) {
    const words = text.slice(link.start, link.end);
    parts.push(text.slice(end, link.start));
    parts.push(
      <MessageLink key={link.start} address={link.target} words={words}>
        {words}
      </MessageLink>,
    );
    end = link.end;
  }
  parts.push(text.slice(end));
  return parts;
}
