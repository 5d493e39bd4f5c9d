from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_desktop.core.text.markdown import write
from client_desktop.core.text.sanitise import sanitise
from client_desktop.core.text.to_markdown import to_markdown

BOB = "[Bob](https://matrix.to/#/@bob:example.org)"


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "two\nlines",
        "two\n\nparagraphs",
        "1 < 2 & 3 > 2",
        "<b>raw</b>",
        "https://example.org/a_b_c*d",
        "snake_case_name",
        "    indented",
        "a | b || c",
        "[x]: not a definition",
        "&amp; stays",
        "Title",
    ],
)
def test_text_that_says_everything_has_no_html(text: str) -> None:
    assert write(text).html == ""
    assert write(text).body == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("a **b**\nc", "a <strong>b</strong><br>c"),
        ("**a**\n\nb", "<p><strong>a</strong></p>\n<p>b</p>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("```rust\nfn\n```", '<pre><code class="language-rust">fn\n</code></pre>'),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("||x||", "<span data-mx-spoiler>x</span>"),
        ("||why|*x*||", '<span data-mx-spoiler="why"><em>x</em></span>'),
        ("[l](https://example.org)", '<a href="https://example.org">l</a>'),
        (
            "*https://example.org/a_b*",
            '<em><a href="https://example.org/a_b">https://example.org/a_b</a></em>',
        ),
        (
            "![:cat:](mxc://example.org/c)",
            '<img data-mx-emoticon src="mxc://example.org/c" alt=":cat:" title=":cat:" height="32">',
        ),
        ("![x](https://example.org/x.png)", '<a href="https://example.org/x.png">x</a>'),
        ("**<img src=x onerror=alert(1)>**", "<strong>&lt;img src=x onerror=alert(1)&gt;</strong>"),
        ("[x](javascript:alert(1)) **b**", "[x](javascript:alert(1)) <strong>b</strong>"),
        ('||a"><script>|x||', '<span data-mx-spoiler="a&quot;&gt;&lt;script&gt;">x</span>'),
    ],
)
def test_markdown_becomes_this_html(text: str, html: str) -> None:
    assert write(text).html == html


def test_a_link_to_a_person_mentions_them_by_name() -> None:
    written = write(f"{BOB}, look at @carol:example.org and `@dave:example.org`")
    assert written.user_ids == ("@bob:example.org", "@carol:example.org")
    assert written.body == "Bob, look at @carol:example.org and `@dave:example.org`"
    assert not written.room


@pytest.mark.parametrize(
    ("text", "room"),
    [("@room hi", True), ("**@room**", True), ("`@room`", False), ("x@room", False), ("@roommate", False)],
)
def test_everybody_is_mentioned_by_a_word_of_its_own(text: str, room: bool) -> None:
    assert write(text).room is room


def test_backslashes_take_meaning_away_and_are_not_said() -> None:
    assert write(r"\*not bold\*").body == "*not bold*"
    assert write(r"\*not bold\*").html == ""


@pytest.mark.parametrize(
    "text", ["||the end|| ok", "`||a||` then ||the end||", "||x|**the end**||", "> ||the end||"]
)
def test_what_a_spoiler_hides_is_not_in_the_body(text: str) -> None:
    written = write(text)
    assert "the end" not in written.body
    assert "the end" in written.html


def test_very_long_text_is_sent_as_it_is() -> None:
    assert write("**a** " * 20_000).html == ""


def test_nested_marks_cost_no_time() -> None:
    for text in (
        "*" * 5_000,
        "[" * 5_000,
        "||" * 3_000,
        "> " * 3_000,
        "`" * 5_000,
        "- " * 2_000,
        "![" * 3_000,
    ):
        write(text)


@pytest.mark.parametrize(
    "text",
    [
        "**b** *i* ~~s~~ `c`",
        "# T\n\ntext",
        "- a\n- b\n  - c",
        "- a\n\n  b\n- c",
        "3. a\n4. b",
        "> q\n> > r\n\nx **b**",
        "```py\na\n\n  b\n```",
        "````\n```\n````",
        "| a | b |\n|---|---|\n| *1* | 2 |",
        "||x|y *z*||",
        f"{BOB} **hi**",
        "---",
        "a\\*b **c**",
        "1\\. no **x**",
        "`` a`b `` **x**",
        "**x**\n\\# not",
        "**x** a_b_c",
        "![:cat:](mxc://example.org/c)",
        "**a** https://example.org/x_y_z",
    ],
)
def test_editing_begins_with_markdown_that_says_the_same(text: str) -> None:
    html = write(text).html
    assert html
    assert write(to_markdown(html)).html == html


@given(st.text(alphabet="ab *_`[]()|#>-\n~1.\\", max_size=60))
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_always_safe_already(text: str) -> None:
    html = write(text).html
    safe = sanitise(html)
    assert "<" not in html or safe or not html.strip("<>/ abcdefghijklmnopqrstuvwxyz0123456789\n")
    to_markdown(html)
