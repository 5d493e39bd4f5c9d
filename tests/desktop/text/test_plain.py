from __future__ import annotations

import pytest

from client_desktop.core.text.plain import one_line, plain_text, without_reply


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
        ("&lt;b&gt; &amp;", "<b> &"),
        ("<span data-mx-spoiler>dead</span>!", "▒▒▒▒!"),
        ('<img src="mxc://a/b" alt=":cat:">', ":cat:"),
        ("<script>x</script>y", "y"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\tb"),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        ("> <@bob:example.org> hi\n\nyes", "yes"),
        ("> <@bob:example.org> hi\n> there\n\nyes\n\n> mine", "yes\n\n> mine"),
        ("> * <@bob:example.org> waves\n\nyes", "yes"),
        ("> my own quotation\n\nyes", "> my own quotation\n\nyes"),
        ("> <@bob:example.org> hi", ""),
        ("no quotation", "no quotation"),
    ],
)
def test_the_quotation_of_old_replies_is_left_out(body: str, rest: str) -> None:
    assert without_reply(body) == rest


def test_a_line_is_one_line_and_ends_at_a_word() -> None:
    assert one_line(" a\n b\t\u202ec ") == "a b c"
    assert one_line("word " * 99, 20) == "word word word word…"
    assert one_line("x" * 500) == "x" * 199 + "…"
