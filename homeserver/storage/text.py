r"""Text that PostgreSQL would refuse.

Matrix allows U+0000 in event types, state keys and names; PostgreSQL's `text` does not. It is stored as
U+E000 followed by "0", and U+E000 itself (a private-use character) as U+E000 followed by "1", so that
different texts stay different.
"""

ESCAPE = "\ue000"


def to_text(value: str) -> str:
    """Return `value` as PostgreSQL can store it."""
    if "\x00" not in value and ESCAPE not in value:
        return value
    return value.replace(ESCAPE, ESCAPE + "1").replace("\x00", ESCAPE + "0")


def from_text(stored: str) -> str:
    """Return what `to_text` was given."""
    if ESCAPE not in stored:
        return stored
    return stored.replace(ESCAPE + "0", "\x00").replace(ESCAPE + "1", ESCAPE)
