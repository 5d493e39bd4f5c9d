import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

const openPanel = vi.fn();
vi.mock("../../../state/ChatContext", () => ({
  useChat: () => ({
    client: { userId: "@alice:example.org" },
    openRoom: vi.fn(),
    openPanel,
    openDialog: vi.fn(),
  }),
  useClient: () => ({ media: { acquire: vi.fn() } }),
}));
vi.mock("../../../state/useMedia", () => ({ useMediaUrl: () => undefined }));

const { RichText } = await import("./RichText");

const show = (html: string, body = "body") => render(<RichText body={body} html={html} />).container;

afterEach(cleanup);

describe("what a message says", () => {
  it("has no element, attribute or address that was not asked for", () => {
    const shown = show(
      '<p onclick="alert(1)" style="color:red" id="root">x</p><img src="https://evil.example/x.png"><script>alert(1)</script><a href="javascript:alert(1)">y</a><svg onload="alert(1)"></svg>',
    );
    expect(shown.querySelectorAll("script, svg, img, iframe, [onclick], [style], [id]")).toHaveLength(0);
    expect(shown.querySelector("a")).toBeNull();
    expect(shown.textContent).toContain("y");
  });

  it("opens links beside, without telling where from", () => {
    const link = show('<a href="https://example.org/a">a</a>').querySelector("a");
    expect(link?.getAttribute("target")).toBe("_blank");
    expect(link?.getAttribute("rel")).toBe("noopener noreferrer");
  });

  it("hides a spoiler until it is pressed", () => {
    const shown = show('it was <span data-mx-spoiler="end">the butler</span>');
    expect(shown.textContent).not.toContain("butler");
    fireEvent.click(shown.querySelector("button")!);
    expect(shown.textContent).toContain("butler");
  });

  it("shows a person as a mention that opens them", () => {
    const shown = show("", "ask @bob:example.org");
    fireEvent.click(shown.querySelector("a")!);
    expect(openPanel).toHaveBeenCalledWith({ kind: "person", userId: "@bob:example.org" });
  });

  it("never calls a link by another address than its own", () => {
    const shown = show('<a href="https://matrix.to/#/@eve:evil.example">https://bank.example</a>');
    expect(shown.textContent).toBe("@eve:evil.example");
  });

  it("keeps raw text raw", () => {
    const shown = show("", "<img src=x onerror=alert(1)>");
    expect(shown.querySelector("img")).toBeNull();
    expect(shown.textContent).toBe("<img src=x onerror=alert(1)>");
  });

  it("shows lists, tables and code as such", () => {
    const shown = show(
      '<ol start="4"><li>x</li></ol><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table><pre><code class="language-nonsense">let</code></pre>',
    );
    expect(shown.querySelector("ol")?.getAttribute("start")).toBe("4");
    expect(shown.querySelector("table td")?.textContent).toBe("b");
    expect(shown.querySelector("pre")?.textContent).toBe("let");
  });
});
