"""The OAuth grant of a device that has no browser of its own.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-authorisation-flow
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from client_desktop.core.accounts.oauth_client import scope_of
from client_desktop.core.accounts.oauth_metadata import DEVICE_CODE_GRANT, OAuthMetadata
from client_desktop.core.accounts.oauth_tokens import (
    OAuthRefused,
    OAuthTokens,
    check_oauth_answer,
    request_tokens,
)
from client_desktop.core.accounts.web import checked_url, send
from client_desktop.core.clock import Clock
from client_desktop.core.errors import BadAnswer, Cancelled, NetworkUnavailable, NotAllowed
from client_desktop.core.shapes import as_int, as_text

logger = logging.getLogger(__name__)

DEFAULT_INTERVAL_S: Final = 5
SLOWER_S: Final = 5
"""What `slow_down` adds, as RFC 8628 says."""
MAX_LIFETIME_S: Final = 3600
MAX_CODE: Final = 1024


class GrantExpired(Cancelled):
    """The user did not agree in time."""

    word = "qr_expired"


@dataclass(frozen=True, slots=True)
class DeviceGrant:
    """A question to the user that is open in some browser."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    lifetime_s: int
    interval_s: int


async def start_device_grant(
    http: aiohttp.ClientSession, metadata: OAuthMetadata, client_id: str, device_id: str
) -> DeviceGrant:
    """Ask for a code that the user confirms elsewhere.

    Raises: NotAllowed, OAuthRefused, BadAnswer, NetworkUnavailable.
    """
    endpoint = metadata.device_authorization_endpoint
    if endpoint is None:
        raise NotAllowed("the server has no such sign-in")
    form = {"client_id": client_id, "scope": scope_of(device_id)}
    answer = await send(http, "POST", endpoint, form=form)
    check_oauth_answer(answer)
    body, plain_http = answer.json(), endpoint.startswith("http:")
    complete = body.get("verification_uri_complete")
    device_code, user_code = as_text(body.get("device_code")), as_text(body.get("user_code"))
    if not (0 < len(device_code) <= MAX_CODE and 0 < len(user_code) <= MAX_CODE):
        raise BadAnswer("a grant without code")
    return DeviceGrant(
        device_code,
        user_code,
        checked_url(body.get("verification_uri"), "the page", plain_http=plain_http),
        None if complete is None else checked_url(complete, "the page", plain_http=plain_http),
        lifetime_s=max(1, min(as_int(body.get("expires_in"), MAX_LIFETIME_S), MAX_LIFETIME_S)),
        interval_s=max(1, min(as_int(body.get("interval"), DEFAULT_INTERVAL_S), 60)),
    )


async def poll_for_tokens(
    http: aiohttp.ClientSession, metadata: OAuthMetadata, client_id: str, grant: DeviceGrant, clock: Clock
) -> OAuthTokens:
    """Wait until the user has agreed.

    Raises: Cancelled where the user says no, GrantExpired, OAuthRefused, ClientError.
    """
    form = {"grant_type": DEVICE_CODE_GRANT, "device_code": grant.device_code, "client_id": client_id}
    interval_s = grant.interval_s
    try:
        async with asyncio.timeout(grant.lifetime_s):
            while True:
                try:
                    return await request_tokens(http, metadata.token_endpoint, form, clock.now_ms())
                except OAuthRefused as refusal:
                    interval_s += _more_patience_s(refusal)
                except NetworkUnavailable as error:
                    logger.info("The grant cannot be asked for: %s", error)
                await asyncio.sleep(interval_s)
    except TimeoutError:
        raise GrantExpired("the code has expired") from None


def _more_patience_s(refusal: OAuthRefused) -> int:
    """Return how much slower to ask; raise what ends the asking."""
    if refusal.error == "authorization_pending":
        return 0
    if refusal.error == "slow_down":
        return SLOWER_S
    if refusal.error == "access_denied":
        raise Cancelled("refused in the browser") from None
    if refusal.error == "expired_token":
        raise GrantExpired("the code has expired") from None
    raise refusal
