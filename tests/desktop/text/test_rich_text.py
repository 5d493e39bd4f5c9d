from __future__ import annotations

import re

import pytest

from client_desktop.core.text.blocks import MARKS, Block, BlockKind, Surroundings
from client_desktop.core.text.colors import person_index
from client_desktop.core.text.highlight import highlight
from client_desktop.core.text.rich_text import rich_blocks
from client_desktop.core.text.sanitise import sanitise

AROUND = Surroundings(
    me="@alice:example.org",
    mentions_room=True,
    name_of=lambda user_id: {"@bob:example.org": "Bob"}.get(user_id, ""),
    picture=lambda url, height: f"file:///cache/{height}" if url == "mxc://example.org/here" else "",
)


def blocks_of(html: str) -> tuple[Block, ...]:
    return rich_blocks("body", sanitise(html), AROUND)


def shape(blocks: tuple[Block, ...]) -> list[tuple[str, int, str, str]]:
    return [(block.kind.value, block.indent, block.marker, block.text) for block in blocks]


def test_plain_text_without_links_has_no_html() -> None:
    (block,) = rich_blocks("a < b\nc", "")
    assert (block.kind, block.text, block.html, block.escaped) == (
        BlockKind.PARAGRAPH,
        "a < b\nc",
        "",
        "a &lt; b\nc",
    )


def test_addresses_and_people_in_plain_text_are_links() -> None:
    (block,) = rich_blocks("see https://example.org & @bob:example.org", "", AROUND)
    assert 'href="https://example.org"' in block.html
    assert "@Bob</span>" in block.html
    assert "&amp;" in block.html


def test_lists_nest_and_number_from_where_they_start() -> None:
    html = '<ul><li>a<ol start="7"><li>b</li><li><p>c</p><p>d</p></li></ol></li><li></li></ul>'
    assert shape(blocks_of(html)) == [
        ("paragraph", 1, "•", "a"),
        ("paragraph", 2, "7.", "b"),
        ("paragraph", 2, "8.", "c"),
        ("paragraph", 2, "", "d"),
        ("paragraph", 1, "•", ""),
    ]


def test_quotations_hold_blocks_and_end_somewhere() -> None:
    (quote,) = blocks_of("<blockquote><p>a</p><pre><code>b</code></pre></blockquote>")
    assert [block.kind.value for block in quote.blocks] == ["paragraph", "code"]
    (deep,) = blocks_of("<blockquote>" * 60 + "x")
    depth = 0
    while deep.blocks:
        deep, depth = deep.blocks[0], depth + 1
    assert depth == 6
    assert deep.text == "x"


def test_code_keeps_its_spaces_and_is_colored() -> None:
    (code,) = blocks_of('<pre><code class="language-python">def f():\n    return "&lt;b&gt;"\n</code></pre>')
    assert (code.text, code.language) == ('def f():\n    return "<b>"', "python")
    assert "\ue000codeKeyword\ue001" in code.html
    assert "<b>" not in code.html


def test_unknown_languages_and_endless_code_stay_plain() -> None:
    assert highlight("a < b", "nosuchlanguage") == "a &lt; b"
    assert "span" not in highlight("x = 1\n" * 9_000, "python")


def test_tables_are_rectangles() -> None:
    (table,) = blocks_of(
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><b>c</b></td></tr></tbody></table>"
    )
    assert table.rows == (("a", "b"), ("<b>c</b>", ""))
    assert table.header_rows == 1
    assert table.text == "a\tb\nc"


def test_details_wait_under_their_summary() -> None:
    (details,) = blocks_of("<details><summary>More</summary><p>inside</p></details>")
    assert (details.kind, details.text, details.blocks[0].text) == (BlockKind.DETAILS, "More", "inside")


def test_a_mention_shows_whom_it_means_not_what_it_says() -> None:
    (block,) = blocks_of('<a href="https://matrix.to/#/@bob:example.org">Alice the admin</a>')
    assert "Alice the admin" not in block.html
    assert "@Bob" in block.html
    assert f"\ue000p{person_index('@bob:example.org')}\ue001" in block.html
    (stranger,) = blocks_of('<a href="matrix:u/eve:example.org">Bob</a>')
    assert "@eve:example.org" in stranger.html


def test_being_mentioned_stands_out() -> None:
    for html in ('<a href="https://matrix.to/#/@alice:example.org">x</a>', "hello @room"):
        (block,) = blocks_of(html)
        assert "\ue000mentionSoft\ue001" in block.html


def test_a_spoiler_is_covered_until_it_is_opened() -> None:
    (block,) = blocks_of(
        'They <span data-mx-spoiler="film">were <b>dead</b></span>, <span data-mx-spoiler>all</span>'
    )
    covered = re.sub("\ue004[^\ue005]*\ue005", "", block.html)
    assert "dead" not in covered
    assert "(film)" in covered
    assert "dead" not in block.text
    assert 'href="spoiler:0"' in block.html
    assert 'href="spoiler:1"' in block.html


def test_a_link_that_claims_another_host_says_where_it_leads() -> None:
    (block,) = blocks_of('<a href="https://evil.example/x">https://paypal.com</a>')
    assert "(evil.example)" in block.html


def test_a_picture_is_shown_where_it_is_here_and_its_size_is_bounded() -> None:
    (block,) = blocks_of('<img src="mxc://example.org/here" height="9999" alt="a&quot;b">')
    assert '<img src="file:///cache/96" height="96"' in block.html
    (absent,) = blocks_of('<img src="mxc://example.org/absent" alt=":cat:">')
    assert absent.html == ""
    assert absent.text == ":cat:"


def test_nobody_can_write_the_marks_of_colors_themselves() -> None:
    text = f"{MARKS}\u202ea\ue000link\ue001"
    (plain,) = rich_blocks(text + " https://example.org", "")
    (html,) = rich_blocks("", sanitise(f"<b>{text}</b>"))
    for block in (plain, html):
        assert block.html.count("\ue000") == block.html.count('https://example.org"')
        assert "\u202e" not in block.html


def test_breaks_and_spaces_at_the_ends_are_no_paragraphs() -> None:
    assert shape(blocks_of("<p> </p><br><p>a<br></p>\n\n<hr>")) == [
        ("paragraph", 0, "", "a"),
        ("rule", 0, "", ""),
    ]


def test_a_message_of_thousands_of_blocks_ends() -> None:
    assert len(rich_blocks("", sanitise("<hr>" * 1_500))) == 400


@pytest.mark.parametrize("html", ["", "<p></p>", "<div><span></span></div>"])
def test_html_that_says_nothing_leaves_the_body(html: str) -> None:
    assert [block.text for block in blocks_of(html)] == ["body"]


def test_small_marks_of_a_run() -> None:
    (block,) = blocks_of(
        'H<sub>2</sub>O <u>u</u> <span data-mx-maths="x^2">?</span> <a>nowhere</a> '
        '<span data-mx-bg-color="#000000" data-mx-color="#ffffff">both</span> '
        '<span data-mx-bg-color="#000000">one</span>'
    )
    assert "<sub>2</sub>" in block.html
    assert "<u>u</u>" in block.html
    assert "x^2</span>" in block.html
    assert "nowhere" in block.html
    assert "color:#ffffff;background-color:#000000" in block.html
    assert block.html.endswith("one")


def test_a_link_without_words_shows_where_it_leads() -> None:
    (block,) = blocks_of('<a href="https://example.org/x"> </a>')
    assert ">https://example.org/x</a>" in block.html


def test_links_to_events_keep_their_words_and_links_to_rooms_their_address() -> None:
    (event,) = blocks_of('<a href="https://matrix.to/#/!hut:example.org/$event">this message</a>')
    assert "this message</a>" in event.html
    (room,) = blocks_of('<a href="https://matrix.to/#/%23hut:example.org">#staff:example.org</a>')
    assert "#hut:example.org" in room.html
    assert "#staff" not in room.html


def test_lists_survive_what_is_no_item() -> None:
    assert shape(blocks_of("<ul>loose<ol><li>a</li></ol></ul>")) == [("paragraph", 2, "1.", "a")]
