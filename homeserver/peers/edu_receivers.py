"""Hands the EDUs of other servers to those whom they concern, and bears with what is wrong with them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

import structlog

from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import ProtocolError
from federation.protocol.ids import ServerName
from homeserver.errors import MatrixError, Unavailable

log = structlog.get_logger(__name__)

EduHandler: TypeAlias = Callable[[ServerName, JsonObject], Awaitable[None]]
"""Takes the content of an EDU of one type. Raises ProtocolError or MatrixError for one to ignore."""


class EduReceivers:
    """Implements `EduReceiver` with a handler for each type."""

    def __init__(self, handlers: Mapping[str, EduHandler]) -> None:
        self._handlers = dict(handlers)

    async def receive_edu(self, origin: ServerName, edu_type: str, content: JsonObject) -> None:
        handler = self._handlers.get(edu_type)
        if handler is None:
            return
        try:
            await handler(origin, content)
        except Unavailable:
            raise
        except (ProtocolError, MatrixError) as refused:
            log.info("inbound.edu_ignored", origin=origin, edu_type=edu_type, reason=str(refused))
        except Exception:
            # An EDU that we cannot cope with would be sent again for ever, and hold up all behind it.
            log.exception("inbound.edu_failed", origin=origin, edu_type=edu_type)
