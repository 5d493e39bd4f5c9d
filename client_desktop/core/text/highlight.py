"""Code in colours."""

from __future__ import annotations

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, Token, _TokenType
from pygments.util import ClassNotFound

from client_desktop.core.text.blocks import color, escape_text

MAX_COLORED = 20_000
"""Longer code stays plain: colouring is for reading, and takes time."""

_COLORS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "codeComment"),
    (Keyword, "codeKeyword"),
    (Operator.Word, "codeKeyword"),
    (Name.Tag, "codeKeyword"),
    (Name.Builtin, "codeName"),
    (Name.Function, "codeName"),
    (Name.Class, "codeName"),
    (Name.Decorator, "codeName"),
    (Name.Attribute, "codeName"),
    (Name.Property, "codeName"),
    (String, "codeString"),
    (Number, "codeNumber"),
    (Literal, "codeNumber"),
)


def highlight(code: str, language: str) -> str:
    """Return HTML (within `pre`) of code; plain where the language is unknown or the code very long."""
    if not language or len(code) > MAX_COLORED:
        return escape_text(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape_text(code)
    return "".join(_colored(kind, text) for kind, text in lexer.get_tokens(code))


def _colored(kind: _TokenType, text: str) -> str:
    if kind is Token.Text or not text.strip():
        return escape_text(text)
    name = next((name for family, name in _COLORS if kind[: len(family)] == family), "")
    return f'<span style="color:{color(name)}">{escape_text(text)}</span>' if name else escape_text(text)
