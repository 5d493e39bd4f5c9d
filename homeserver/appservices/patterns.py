"""The patterns of namespaces: written by operators, run on ids that anybody chooses.

Python's engine tries all ways to match. An id is short (`MAX_IDENTIFIER_BYTES`), so only a repetition within
a repetition, such as `(a+)*`, could take for ever; such patterns are refused at start.
"""

import re
from typing import Final

from federation.protocol.ids import MAX_IDENTIFIER_BYTES

MAX_PATTERN_LENGTH: Final = 1_000

TOKEN: Final = re.compile(
    r"""
    (?P<escape>\\.)
  | (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
  | (?P<open>\((?:\?(?:P?<[A-Za-z_]\w*>|:|=|!|<=|<!|[a-zA-Z-]+[:)]))?)
  | (?P<close>\))
  | (?P<repeat>[*+]|\{[0-9]*,\})
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class UnusablePattern(ValueError):
    """A pattern that is not valid, or could take for ever."""


def compile_pattern(text: str) -> re.Pattern[str]:
    """Return a pattern that is to match from an id's first character on.

    Raises: UnusablePattern.
    """
    if len(text) > MAX_PATTERN_LENGTH:
        raise UnusablePattern(f"has more than {MAX_PATTERN_LENGTH} characters")
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UnusablePattern(f"is not a regular expression: {error}") from None
    if repeats_repetition(text):
        raise UnusablePattern("repeats a repetition, which could take for ever to match")
    return pattern


def matches(pattern: re.Pattern[str], identifier: str) -> bool:
    """Tell whether an id begins with what a pattern describes; what is too long to be an id does not.

    COMPAT: registrations are written for Python's `match`, and often leave out the server name.
    """
    return len(identifier) <= MAX_IDENTIFIER_BYTES and pattern.match(identifier) is not None


def repeats_repetition(text: str) -> bool:
    """Tell whether a group is repeated without end that holds what is repeated without end itself."""
    holds_repetition = [False]
    closed = False
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "repeat":
            if closed:
                return True
            holds_repetition[-1] = True
        group_held = False
        if kind == "open" and not token[0].endswith(")"):
            holds_repetition.append(False)
        elif kind == "close" and len(holds_repetition) > 1:
            group_held = holds_repetition.pop()
            holds_repetition[-1] |= group_held
        closed = group_held
    return False
