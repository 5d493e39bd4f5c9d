"""How long another server may take to answer, and how much."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request to another server may cost.

    `timeout_s` covers everything from the discovery of the server to the last byte of the answer.
    `ignore_back_off` asks a server that failed a short while ago all the same.
    """

    timeout_s: float = 30.0
    max_bytes: int = 10 * 1024 * 1024
    ignore_back_off: bool = False


DEFAULT: Final = Limits()
KEYS: Final = Limits(timeout_s=10.0, max_bytes=64 * 1024, ignore_back_off=True)
# States and auth chains of large rooms: 20,000 members are 20 MB.
STATE: Final = Limits(timeout_s=600.0, max_bytes=256 * 1024 * 1024)
