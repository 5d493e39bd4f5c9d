import { beforeAll, describe, expect, it } from "vitest";
import { readHtml } from "./html";
import { loadMarkdown, write } from "./markdown";
import { Mentions } from "./mentions";
import { toMarkdown } from "./toMarkdown";

beforeAll(loadMarkdown);

describe("what people type", () => {
  it("is plain where there is nothing more to say", () => {
    expect(write("Hello\nthere, 2 * 3 * 4 and snake_case_name")).toMatchObject({
      html: "",
      body: "Hello\nthere, 2 * 3 * 4 and snake_case_name",
    });
  });

  it.each([
    ["**bold** and *leaning*", "<strong>bold</strong> and <em>leaning</em>"],
    ["~~gone~~", "<s>gone</s>"],
    ["`code`", "<code>code</code>"],
    ["||secret||", "<span data-mx-spoiler>secret</span>"],
    ["||why|secret||", '<span data-mx-spoiler="why">secret</span>'],
    ["> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"],
    ["one\n**two**", "one<br><strong>two</strong>"],
    ["[x](https://example.org)", '<a href="https://example.org">x</a>'],
    [
      "![:cat:](mxc://example.org/cat)",
      '<img data-mx-emoticon src="mxc://example.org/cat" alt=":cat:" title=":cat:" height="32">',
    ],
  ])("says %s as HTML", (text, html) => {
    expect(write(text).html).toBe(html);
  });

  it("keeps raw HTML as text", () => {
    const { html } = write("**x** <img src=x onerror=alert(1)>");
    expect(html).toBe("<strong>x</strong> &lt;img src=x onerror=alert(1)&gt;");
  });

  it("leaves addresses whole", () => {
    expect(write("see https://example.org/a_b_c*d* **now**").html).toContain(
      'href="https://example.org/a_b_c*d"',
    );
  });

  it("mentions whom it links to, and everybody by @room", () => {
    const mentions = new Mentions();
    mentions.add("Bob [x]", "@bob:example.org");
    const written = write(mentions.asMarkdown("hi @Bob [x] and @room"));
    expect(written).toMatchObject({ userIds: ["@bob:example.org"], room: true });
    expect(written.body).toBe("hi Bob [x] and @room");
  });

  it("takes a mention back that was deleted", () => {
    const mentions = new Mentions();
    mentions.add("Bob", "@bob:example.org");
    expect(write(mentions.asMarkdown("hi Bobby")).userIds).toEqual([]);
  });

  it("tells those without HTML no secret", () => {
    expect(write("it was ||the butler||").body).toBe("it was [Spoiler]");
  });

  it("takes little time for what is made to take much", () => {
    const began = performance.now();
    for (const text of ["*".repeat(20_000), "[".repeat(20_000), "||".repeat(10_000), "_a".repeat(10_000)])
      write(text);
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});

it.each([
  "**bold** *it* ~~no~~",
  "- a\n- b",
  "1. a\n2. b",
  "> quoted",
  "```js\nlet a;\n```",
  "||why|secret||",
  "`a`",
])("%s can be edited as it was written", (text) => {
  const { html } = write(text);
  expect(write(toMarkdown(readHtml(html))).html).toBe(html);
});
