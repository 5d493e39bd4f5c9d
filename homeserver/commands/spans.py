"""Spans of time in words, for people."""

UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def ago(now_ms: int, then_ms: int) -> str:
    """Return how long ago a time was, such as `3 h ago`."""
    return f"{_span(now_ms - then_ms)} ago"


def ahead(now_ms: int, then_ms: int) -> str:
    """Return how far ahead a time is, such as `in 3 h`, or `now`."""
    return f"in {_span(then_ms - now_ms)}" if then_ms > now_ms else "now"


def _span(milliseconds: int) -> str:
    for size, unit in UNITS:
        if milliseconds >= size:
            return f"{milliseconds // size} {unit}"
    return "0 s"
