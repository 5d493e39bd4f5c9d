"""HTML of strangers: every published way into other clients, and depth, length and time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_desktop.core.text.plain import plain_text
from client_desktop.core.text.rich_text import rich_blocks
from client_desktop.core.text.sanitise import MAX_DEPTH, sanitise
from client_desktop.core.text.tree import Element, parse


def tags_of(html: str) -> set[str]:
    def walk(element: Element) -> set[str]:
        found = {element.tag}
        for child in element.children:
            if isinstance(child, Element):
                found |= walk(child)
        return found

    return walk(parse(html)) - {""}


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>body{display:none}</style>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<iframe src=https://evil.example></iframe>",
        "<object data=x></object><embed src=x>",
        "<b onclick=alert(1)>x</b>",
        "<b style='position:fixed;top:0'>x</b>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jAvAsCrIpT:alert(1)">x</a>',
        '<a href="java\nscript:alert(1)">x</a>',
        '<a href=" javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<a href="spoiler:0">x</a>',
        '<a href="//evil.example">x</a>',
        '<a href="relative">x</a>',
        '<form action="https://evil.example"><input name=password></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<link rel=stylesheet href="https://evil.example/x.css">',
        '<base href="https://evil.example/">',
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<title><img src=x onerror=alert(1)></title>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<textarea><img src=x onerror=alert(1)></textarea>",
        '<video src="https://evil.example/x.mp4"></video><audio src=x></audio>',
        '<input type=image src="https://evil.example/x.png">',
        "<marquee>x</marquee><blink>x</blink>",
    ],
)
def test_nothing_that_runs_loads_or_leaves_the_message_survives(html: str) -> None:
    safe = sanitise(html)
    assert not re.search(
        r"(?i)javascript:|data:|file:|spoiler:|\son\w+=|style=|evil\.example|<script|<style|<svg", safe
    )
    assert not tags_of(safe) & {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "meta",
        "link",
    }


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example/pixel.png",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "/x.png",
        "//evil/x",
        "mxc://evil.example/../../x",
        "mxc://a/b?c=d",
        "image://picture/circle/x",
    ],
)
def test_a_picture_is_only_ever_a_content_uri(source: str) -> None:
    assert source not in sanitise(f'<img src="{source}" alt="cat">')


def test_drawing_a_picture_fetches_nothing_that_is_not_here() -> None:
    html = sanitise('<img data-mx-emoticon src="mxc://example.org/abc" alt=":cat:">')
    assert "mxc://example.org/abc" in html
    (block,) = rich_blocks("", html)
    assert "<img" not in block.html
    assert block.text == ":cat:"


@pytest.mark.parametrize(
    "html",
    [
        "<mx-reply><blockquote>In reply to</blockquote></mx-reply>Yes",
        "<MX-REPLY>quoted</MX-REPLY>Yes",
        "<mx-reply><mx-reply>a</mx-reply>b</mx-reply>Yes",
        "Y<mx-reply>hidden</mx-reply>es",
    ],
)
def test_a_quoted_reply_is_taken_out_wherever_it_stands(html: str) -> None:
    safe = sanitise(html)
    assert "mx-reply" not in safe.lower()
    assert "quoted" not in safe
    assert "hidden" not in safe
    assert plain_text(safe).endswith("es")


def test_an_unclosed_reply_hides_nothing_but_itself_and_the_body_remains() -> None:
    blocks = rich_blocks("what the body says", sanitise("<mx-reply>swallowed"))
    assert [block.text for block in blocks] == ["what the body says"]


@pytest.mark.parametrize(
    "tag", ["div", "blockquote", "b", "span", "ul><li", "details", "table><tr><td", "font"]
)
def test_a_tree_without_end_costs_no_time_and_keeps_its_words(tag: str) -> None:
    began = time.thread_time()
    safe = sanitise(f"<{tag}>" * 900 + "deep inside")
    blocks = rich_blocks("deep inside", safe)
    assert time.thread_time() - began < 1
    assert blocks
    depth = 0
    element = parse(safe)
    while children := [child for child in element.children if isinstance(child, Element)]:
        element, depth = children[0], depth + 1
    assert depth <= MAX_DEPTH * 3


def test_crossed_tags_that_hide_their_depth_cost_no_time() -> None:
    began = time.thread_time()
    sanitise("<b><div></b>" * 1_900 + "x")
    sanitise("<div></x>" * 1_900)
    assert time.thread_time() - began < 2


@pytest.mark.parametrize("html", ["<b>" * 30_000, "x" * 70_000, "<" * 60_000, "<a " * 20_000])
def test_too_much_of_it_is_nothing_at_once(html: str) -> None:
    began = time.thread_time()
    assert "<b>" not in sanitise(html)
    assert time.thread_time() - began < 0.5


def test_direction_overrides_in_a_link_are_taken_out() -> None:
    assert 'href="https://example.org/gpj.exe"' in sanitise(
        '<a href="https://example.org/\u202egpj.exe">x</a>'
    )


def test_only_six_hexadecimal_digits_are_a_color() -> None:
    safe = sanitise('<span data-mx-color="red;background:url(https://evil.example)">x</span>')
    assert "evil" not in safe
    assert "#ff0000" in sanitise('<span data-mx-color="#ff0000">x</span>')


def test_allowed_markup_stays() -> None:
    html = (
        '<p>a <b>b</b> <a href="https://example.org">c</a></p><pre><code class="language-rust">d</code></pre>'
    )
    assert sanitise(html) == html


@given(st.text(alphabet="<>/abidvspr=\"' &;x-mhre:\n", max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_it_fail_and_twice_is_once(text: str) -> None:
    once = sanitise(text)
    assert sanitise(once) == once
    rich_blocks(text, once)
    plain_text(text)
