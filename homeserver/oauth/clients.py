"""Clients: registering, and finding one again.

Spec: https://spec.matrix.org/v1.19/client-server-api/#dynamic-client-registration-flow
"""

import hashlib
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

import msgspec

from homeserver.errors import LimitExceeded
from homeserver.oauth.client_metadata import ClientMetadata, render_metadata
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import INVALID_CLIENT, OAuthError
from homeserver.storage import oauth_clients

IDLE_MS: Final = 30 * 24 * 3600 * 1000
"""After this time a client that nobody is signed in with is forgotten; clients register at each log-in."""

MAX_CLIENTS: Final = 50_000
FLOW_MS: Final = 30 * 60 * 1000
"""For so long a client is safe even when there are too many: somebody may be signing in with it."""

CLEARED_AT_ONCE: Final = 20
RETRY_WHEN_FULL_MS: Final = 600_000
MAX_CLIENT_ID_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client."""

    client_nid: int
    client_id: str
    metadata: ClientMetadata


async def register_client(ctx: OAuthContext, metadata: ClientMetadata) -> str:
    """Register a client and return its id. Whoever registers the same metadata gets the same id.

    Where there are `MAX_CLIENTS`, those idle for longest make room: nobody keeps others out by registering.

    Raises: LimitExceeded while all of them are in use.
    """
    encoded = msgspec.json.encode(render_metadata(metadata), order="sorted")
    now_ms = ctx.accounts.clock.now_ms()
    async with ctx.accounts.db.transaction() as conn:
        await oauth_clients.delete_idle_clients(conn, now_ms - IDLE_MS, CLEARED_AT_ONCE)
        if await oauth_clients.count_clients(conn, MAX_CLIENTS) >= MAX_CLIENTS:
            await oauth_clients.delete_idle_clients(conn, now_ms - FLOW_MS, CLEARED_AT_ONCE)
            if await oauth_clients.count_clients(conn, MAX_CLIENTS) >= MAX_CLIENTS:
                raise LimitExceeded(RETRY_WHEN_FULL_MS, "Too many clients are registered")
        return await oauth_clients.upsert_client(
            conn, token_urlsafe(12), hashlib.sha256(encoded).digest(), encoded, now_ms
        )


async def find_client(ctx: OAuthContext, client_id: str | None) -> Client:
    """Return a registered client.

    Raises: OAuthError invalid_client.
    """
    stored = None
    if (
        client_id
        and len(client_id) <= MAX_CLIENT_ID_LENGTH
        and client_id.isascii()
        and client_id.isprintable()
    ):
        async with ctx.accounts.db.acquire() as conn:
            stored = await oauth_clients.select_client(conn, client_id)
    if stored is None:
        raise OAuthError(INVALID_CLIENT, "This client is not registered", 401)
    metadata = msgspec.json.decode(stored.metadata, type=ClientMetadata)
    return Client(stored.client_nid, stored.client_id, metadata)
