"""What is sent to the token endpoint, and what may come back.

Spec: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api
"""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp

from client_desktop.core.accounts.answers import checked_token, expiry_ms, optional_token
from client_desktop.core.accounts.web import WebAnswer, send
from client_desktop.core.errors import BadAnswer, ClientError, NetworkUnavailable
from client_desktop.core.shapes import as_int, as_text


class OAuthRefused(ClientError):
    """The authorisation server says no; `error` is its word for why (RFC 6749 §5.2)."""

    word = "oauth_refused"

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class OAuthTokens:
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at_ms: int | None


async def request_tokens(
    http: aiohttp.ClientSession, token_endpoint: str, form: dict[str, str], now_ms: int
) -> OAuthTokens:
    """Send a grant to the token endpoint.

    Raises: OAuthRefused; NetworkUnavailable, also for 5xx and 429: trying again later may help; BadAnswer.
    """
    answer = await send(http, "POST", token_endpoint, form=form, headers={"Accept": "application/json"})
    check_oauth_answer(answer)
    body = answer.json()
    if as_text(body.get("token_type")).lower() != "bearer":
        raise BadAnswer("a token of a kind that we do not know")
    return OAuthTokens(
        access_token=checked_token(body.get("access_token")),
        refresh_token=optional_token(body.get("refresh_token")),
        expires_at_ms=expiry_ms(as_int(body.get("expires_in")) * 1000, now_ms),
    )


def check_oauth_answer(answer: WebAnswer) -> None:
    """Raise what an answer says that is no success.

    Raises: OAuthRefused, NetworkUnavailable, BadAnswer.
    """
    if answer.status in (200, 201):
        return
    if answer.status >= 500 or answer.status == 429:
        raise NetworkUnavailable(f"the authorisation server answers {answer.status}")
    try:
        body = answer.json()
    except BadAnswer:
        body = {}
    error = as_text(body.get("error"), limit=100)
    if not 400 <= answer.status < 500:
        raise BadAnswer(f"the authorisation server answers {answer.status}")
    raise OAuthRefused(error or str(answer.status), as_text(body.get("error_description"), limit=500))
