"""The networks that application services bridge to, as they describe them; asked for now and then.

Spec: https://spec.matrix.org/v1.19/application-service-api/#third-party-networks
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import structlog

from homeserver.appservices.client import AppserviceClient, AppserviceUnreachable
from homeserver.appservices.registration import Registration
from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.json_types import JsonObject

log = structlog.get_logger(__name__)

ANSWER_WITHIN_S: Final = 10.0
REMEMBER_S: Final = 600.0
MAX_REMEMBERED: Final = 1_000


class Protocols:
    """What application services say of their protocols; what one said last stands while it fails."""

    def __init__(self, client: AppserviceClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._said: LruCache[tuple[str, str], tuple[float, JsonObject]] = LruCache(MAX_REMEMBERED)

    async def described(self, registration: Registration, protocol: str) -> JsonObject | None:
        """Return an application service's description of a protocol, None where it never gave one."""
        key = registration.id, protocol
        known = self._said.get(key)
        now = self._clock.monotonic()
        if known is not None and known[0] > now:
            return known[1]
        said = await ask_json(
            self._client, registration, f"/thirdparty/protocol/{quote(protocol, safe='')}", {}
        )
        if isinstance(said, dict) and isinstance(said.get("instances", []), list):
            self._said.put(key, (now + REMEMBER_S, said))
            return said
        return None if known is None else known[1]


async def ask_json(
    client: AppserviceClient, registration: Registration, path: str, query: Mapping[str, str]
) -> object:
    """Return the JSON that is answered; None where there is none to be had."""
    try:
        answer = await client.ask(registration, "GET", path, within_s=ANSWER_WITHIN_S, query=query)
    except AppserviceUnreachable as error:
        log.info("appservice.look_up_failed", appservice=registration.id, reason=str(error))
        return None
    return answer.json() if answer.is_success else None
