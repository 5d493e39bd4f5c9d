import { describe, expect, it } from "vitest";
import { linkTargets, plainText, type RichNode, readHtml, withoutReply, withoutSpoilers } from "./html";

/** What a browser would have to be given for something to run or to be fetched. */
const ATTACKS = [
  "<script>alert(1)</script>hi",
  "<img src=x onerror=alert(1)>",
  "<img src=https://evil.example/track.gif>",
  "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
  "<svg><script>alert(1)</script></svg>",
  "<svg/onload=alert(1)>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="/chat/!other">x</a>',
  "<iframe src=https://evil.example></iframe>",
  "<object data=https://evil.example></object><embed src=https://evil.example>",
  "<form action=https://evil.example><input name=password><button>Go</button></form>",
  "<style>*{display:none}</style>text",
  '<p style="position:fixed;inset:0;background:url(https://evil.example)">x</p>',
  '<p class="mention" id="root">x</p>',
  "<details open ontoggle=alert(1)>x</details>",
  "<video src=https://evil.example autoplay></video>",
  "<link rel=stylesheet href=https://evil.example><meta http-equiv=refresh content=0><base href=https://evil.example>",
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  "<template><img src=x onerror=alert(1)></template>",
  "<textarea><img src=x onerror=alert(1)></textarea>",
  "<mx-reply><img src=x onerror=alert(1)></mx-reply>text",
  '<span data-mx-color="red;background:url(https://evil.example)">x</span>',
  '<font color="expression(alert(1))">x</font>',
  "<a href='https://example.org' target=_top rel=opener download ping=https://evil.example>x</a>",
  "<details><summary onclick=alert(1)>x</summary></details>",
  '<p><a href="https://example.org/\u202egnp.exe">x</a></p>',
  "<xmp><img src=x onerror=alert(1)></xmp><plaintext><img src=x onerror=alert(1)>",
];

const TAGS = new Set(
  "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s strike code hr br div table thead tbody tr th td caption pre span font img details summary".split(
    " ",
  ),
);
const ATTRIBUTES =
  /^(?:data-mx-(?:bg-color|color|spoiler|maths|emoticon)|color|href|width|height|alt|title|src|start|class)$/;

function checkHarmless(nodes: readonly RichNode[]): void {
  for (const node of nodes) {
    if (typeof node === "string") continue;
    expect(TAGS.has(node.tag)).toBe(true);
    for (const [name, value] of Object.entries(node.attributes)) {
      expect(name).toMatch(ATTRIBUTES);
      if (name === "href") expect(value).toMatch(/^(?:https?|mailto|matrix):/);
      if (name === "src") expect(value).toMatch(/^mxc:\/\//);
      if (/color/.test(name)) expect(value).toMatch(/^#[0-9a-f]{6}$/i);
      if (name === "class") expect(value).toMatch(/^language-/);
      expect(value).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }
    checkHarmless(node.children);
  }
}

describe("formatted text of others", () => {
  it.each(ATTACKS)("runs and fetches nothing: %s", (html) => {
    checkHarmless(readHtml(html));
  });

  it("keeps what the specification allows", () => {
    const html =
      '<h1>A</h1><p><b>b</b> <em>i</em> <del>d</del> <u>u</u></p><ol start="3"><li>x</li></ol><pre><code class="language-js">1</code></pre><span data-mx-spoiler="why">s</span><img data-mx-emoticon src="mxc://example.org/abc" alt=":x:" height="32">';
    const tags = (nodes: readonly RichNode[]): string[] =>
      nodes.flatMap((node) => (typeof node === "string" ? [] : [node.tag, ...tags(node.children)]));
    expect(tags(readHtml(html))).toEqual([
      "h1",
      "p",
      "b",
      "em",
      "del",
      "u",
      "ol",
      "li",
      "pre",
      "code",
      "span",
      "img",
    ]);
  });

  it("is empty where it is far too much, and quickly so", () => {
    expect(readHtml("<b>".repeat(5_000))).toEqual([]);
    expect(readHtml("x".repeat(70_000))).toEqual([]);
  });

  it("loses only its nesting where it is too deep", () => {
    const nodes = readHtml(`${"<div>".repeat(400)}still here${"</div>".repeat(400)}`);
    expect(plainText(nodes)).toContain("still here");
  });
});

describe("plain forms", () => {
  it("hide what a spoiler hides", () => {
    const nodes = readHtml("It was <span data-mx-spoiler>the butler</span>.<br>Really");
    expect(plainText(nodes)).toBe("It was ▒▒▒ ▒▒▒▒▒▒.\nReally");
    expect(withoutSpoilers(nodes)).toBe("It was [Spoiler].\nReally");
  });

  it("leave out the quotation that old clients put before an answer, and no other", () => {
    expect(withoutReply("> <@bob:example.org> hi\n> there\n\nyes")).toBe("yes");
    expect(withoutReply("> a quotation\n\nyes")).toBe("> a quotation\n\nyes");
  });

  it("give links to preview, but none from quotations or spoilers", () => {
    const html =
      '<a href="https://a.example">a</a><blockquote><a href="https://b.example">b</a></blockquote><span data-mx-spoiler><a href="https://c.example">c</a></span>';
    expect(linkTargets(readHtml(html))).toEqual(["https://a.example"]);
  });
});
