"""A provider with what is remembered of it: its discovery document and its keys."""

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from homeserver.clock import Clock
from homeserver.config.oidc import OidcProvider
from homeserver.sso.errors import ProviderFailed
from homeserver.sso.metadata import Metadata, discovery_url, parse_metadata
from homeserver.sso.provider_client import ProviderClient

if TYPE_CHECKING:
    from joserfc.jwk import Key, KeySet

log = structlog.get_logger(__name__)

REMEMBERED_S: Final = 3600.0
ASKED_AGAIN_S: Final = 5.0
"""After a failure, for the sake of those who wait in line."""

KEYS_ASKED_EVERY_S: Final = 30.0
"""A token can name any key: so often, at most, does that lead to a request."""

MAX_KEYS: Final = 100


class Provider:
    """One configured provider. What is remembered is renewed hourly; while that fails, the old holds."""

    def __init__(self, config: OidcProvider, client: ProviderClient, clock: Clock) -> None:
        self.config = config
        self.client = client
        self._clock = clock
        self._metadata: Metadata | None = None
        self._metadata_due = 0.0
        self._keys: KeySet | None = None
        self._keys_due = 0.0
        self._keys_asked = float("-inf")
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Return the discovery document. Raises ProviderFailed while there is none."""
        async with self._asking:
            now = self._clock.monotonic()
            if self._metadata_due <= now:
                self._metadata_due = now + (REMEMBERED_S if self._metadata else ASKED_AGAIN_S)
                try:
                    document = await self.client.get(discovery_url(self.config.issuer))
                    self._metadata = parse_metadata(document, self.config.issuer)
                    self._metadata_due = now + REMEMBERED_S
                except ProviderFailed as error:
                    log.warning("provider_not_reached", provider=self.config.id, reason=error.reason)
            if self._metadata is None:
                raise ProviderFailed("the discovery document could not be had moments ago")
            return self._metadata

    async def keys(self, *, lacking: bool = False) -> "KeySet":
        """Return the keys that tokens are signed with; `lacking`: those remembered were not enough.

        Raises: ProviderFailed while there are none.
        """
        metadata = await self.metadata()
        async with self._asking:
            now = self._clock.monotonic()
            is_due = self._keys_due <= now or (lacking and now - self._keys_asked >= KEYS_ASKED_EVERY_S)
            if self._keys is None or is_due:
                self._keys_asked = now
                try:
                    self._keys = await self._ask_for_keys(metadata.jwks_uri)
                except ProviderFailed as error:
                    if self._keys is None:
                        raise
                    log.warning("provider_keys_not_renewed", provider=self.config.id, reason=error.reason)
                self._keys_due = now + REMEMBERED_S
            return self._keys

    async def _ask_for_keys(self, url: str) -> "KeySet":
        from joserfc.jwk import KeySet

        listed = (await self.client.get(url)).get("keys")
        if not isinstance(listed, list) or len(listed) > MAX_KEYS:
            raise ProviderFailed(f"{url} holds no list of keys")
        keys = [key for member in listed if (key := _read_key(member)) is not None]
        if not keys:
            raise ProviderFailed(f"{url} holds no key that can be used")
        return KeySet(keys)


def _read_key(member: object) -> "Key | None":
    """Return a key; None for what is none, or of a kind unknown here: others in the set may do."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        return import_key(member) if isinstance(member, dict) else None
    except (JoseError, ValueError, KeyError, TypeError):
        return None
