"""A bound on how deeply JSON from outside may be nested, far below what parsers and renderers can bear."""

import re
from typing import Final

MAX_DEPTH: Final = 200

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")


def is_too_deep(raw: bytes) -> bool:
    """Tell whether valid JSON nests arrays and objects deeper than `MAX_DEPTH`."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    for byte in _STRING.sub(b"", raw).translate(None, _NOT_BRACKET):
        depth += 1 if byte in b"{[" else -1
        if depth > MAX_DEPTH:
            return True
    return False
