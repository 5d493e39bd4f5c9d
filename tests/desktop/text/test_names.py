from __future__ import annotations

import pytest

from client_desktop.core.text.bidi import isolate, safe_file_name, safe_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice", "Alice"),
        ("Alice\u202e(nimda)", "Alice(nimda)"),
        ("\u2066x\u2069\u200f", "x"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("  spaces   inside ", "spaces inside"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("👩‍🚀 Zoë", "👩‍🚀 Zoë"),
        ("أحمد", "أحمد"),
        ("می‌خواهم", "می‌خواهم"),  # a zero-width non-joiner belongs to Persian
        ("z" + "\u0300" * 50, "z" + "\u0300" * 4),
        ("a" * 999, "a" * 255),
        ("nul\x00bell\x07", "nul bell"),
        ("half \ud800 pair", "half pair"),
    ],
)
def test_a_name_is_one_line_without_tricks(name: str, shown: str) -> None:
    assert safe_name(name) == shown


@pytest.mark.parametrize(
    "name", ["", "   ", "\u200b\u200b", "\u3164", "\u202e\u202e", "\u0300\u0300", "\U000e0001"]
)
def test_an_invisible_name_is_the_fallback(name: str) -> None:
    assert safe_name(name, "@a:example.org") == "@a:example.org"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\\b:c*d?.txt", "a_b_c_d_.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("CON.txt", "_CON.txt"),
        (".bashrc", "bashrc"),
        ("name. ", "name"),
        ("", "file"),
        ("...", "file"),
        ("ü" * 300 + ".pdf", "ü" * 98 + ".pdf"),
    ],
)
def test_a_file_name_leads_nowhere_and_keeps_its_extension(name: str, shown: str) -> None:
    assert safe_file_name(name) == shown
    assert len(safe_file_name(name).encode()) <= 200


def test_an_isolated_name_ends_where_it_ends() -> None:
    assert isolate("\u2069x\u202e") == "\u2068x\u2069"
