"""What a server's answer to a transaction says: about the transaction as a whole, and about single PDUs."""

from collections.abc import Mapping
from typing import Final

import structlog

from federation.errors import PeerRefused
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName

log = structlog.get_logger(__name__)

ABOUT_US: Final = frozenset({401, 403, 404, 408, 425, 429})
"""Client errors that say something of who asks, where or when, and nothing of what is sent."""

TOO_LARGE: Final = 413
LONGEST_REASON: Final = 200
MAX_LOGGED: Final = 50


def is_about_contents(refusal: PeerRefused) -> bool:
    """Tell whether a server will never take a transaction as it is.

    An answer without an error code is that of a reverse proxy, which can only say that the body is too large.
    """
    if refusal.status == TOO_LARGE:
        return True
    return bool(refusal.errcode) and 400 <= refusal.status < 500 and refusal.status not in ABOUT_US


def log_refused_pdus(destination: ServerName, answer: JsonObject) -> None:
    """Write down which PDUs a server did not take. They are not sent again: it would not take them then."""
    results = answer.get("pdus")
    if not isinstance(results, Mapping):
        return
    for event_id, result in list(results.items())[:MAX_LOGGED]:
        error = result.get("error") if isinstance(result, Mapping) else None
        if error:
            reason = str(error)[:LONGEST_REASON]
            log.info("outbound.pdu_refused", destination=destination, event_id=event_id, reason=reason)
