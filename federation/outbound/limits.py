"""Bounds of what is sent, and of what sending it may take."""

from typing import Final

from federation.transport.limits import Limits

MAX_PDUS: Final = 50
MAX_EDUS: Final = 100
"""Of one transaction. Spec: https://spec.matrix.org/v1.19/server-server-api/#transactions"""

MAX_DURABLE_EDUS: Final = 90
"""The rest is left to receipts, typing and presence, which would otherwise wait behind a long backlog."""

MAX_EDU_BYTES: Final = 4 * 1024 * 1024
"""Of the EDUs of one transaction, but for the first: what many reverse proxies still let through."""

MAX_QUEUED: Final = 500
"""Events waiting for one server. One that is further behind gets the newest of each room only."""

MAX_BEHIND_MS: Final = 60 * 60 * 1000
"""So does one that has been behind for longer."""

MAX_RECEIPTS: Final = 500
MAX_TYPING: Final = 50
MAX_PRESENCE: Final = 500
"""Waiting for one server; of more the newest are kept."""

MAX_AT_ONCE: Final = 200
"""Transactions under way to servers that are well."""

MAX_PROBES: Final = 20
"""And to servers that failed before: those may take all of their time, and must not hold up others."""

TRANSACTION: Final = Limits(timeout_s=60.0, max_bytes=256 * 1024)

PAUSE_AFTER_ERROR_MS: Final = 5_000
"""After an error of our own, such as a database that is away."""

STOP_WITHIN_S: Final = 3.0
"""What transactions under way are given to end when the server stops; the rest is sent again after it."""
