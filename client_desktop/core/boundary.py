"""What is written down about an error that was not foreseen: where it happened, never what it was about."""

from __future__ import annotations

from traceback import extract_tb


def describe(error: BaseException) -> str:
    """Name an error's type and place. Its message is left out: it may quote a message or a key."""
    frames = extract_tb(error.__traceback__)
    places = " < ".join(
        f"{frame.filename.rpartition('client_desktop')[2]}:{frame.lineno}" for frame in frames[:-6:-1]
    )
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
