"""Why something did not work, as people read it."""

import re
from typing import Final

from federation.transport.connections import explain

_NUMBERED: Final = re.compile(r"\[Errno -?\d+\] |^\(-?\d+, '(.*)'\)$")


def reason_of(error: BaseException) -> str:
    """Return what went wrong, without the numbers that libraries put before their words."""
    return _NUMBERED.sub(lambda found: found[1] or "", explain(error)).strip().rstrip(".")
