"""Code in colours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from client_desktop.core.text.blocks import color, escape_text

if TYPE_CHECKING:
    from pygments.token import _TokenType

MAX_COLORED = 20_000
"""Longer code stays plain: colouring is for reading, and takes time."""


def highlight(code: str, language: str) -> str:
    """Return HTML (within `pre`) of code; plain where the language is unknown or the code very long."""
    if not language or len(code) > MAX_COLORED:
        return escape_text(code)
    # Imported with the first code that is shown: the window comes first.
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape_text(code)
    return "".join(_colored(kind, text) for kind, text in lexer.get_tokens(code))


def _colored(kind: _TokenType, text: str) -> str:
    name = next((name for family, name in _colors() if kind[: len(family)] == family), "")
    if not name or not text.strip():
        return escape_text(text)
    return f'<span style="color:{color(name)}">{escape_text(text)}</span>'


@cache
def _colors() -> tuple[tuple[_TokenType, str], ...]:
    """Which family of tokens has which colour of the theme; the first that fits."""
    from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String

    named = (Name.Builtin, Name.Function, Name.Class, Name.Decorator, Name.Attribute, Name.Property)
    return (
        (Comment, "codeComment"),
        *((family, "codeKeyword") for family in (Keyword, Operator.Word, Name.Tag)),
        *((family, "codeName") for family in named),
        (String, "codeString"),
        *((family, "codeNumber") for family in (Number, Literal)),
    )
