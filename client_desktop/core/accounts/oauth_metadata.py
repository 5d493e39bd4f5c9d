"""The OAuth 2.0 endpoints of a server.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-metadata-discovery
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import aiohttp

from client_desktop.core.accounts.web import checked_url, is_loopback, send
from client_desktop.core.errors import BadAnswer
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_texts

PATHS: Final = (
    "/_matrix/client/v1/auth_metadata",
    # COMPAT: servers from before v1.15 of the specification.
    "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
)
DEVICE_CODE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
MAX_LIST: Final = 100

_OPTIONAL_URLS: Final = ("registration_endpoint", "device_authorization_endpoint", "account_management_uri")


@dataclass(frozen=True, slots=True)
class OAuthMetadata:
    """Checked: every address may be sent tokens to."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    registration_endpoint: str | None
    device_authorization_endpoint: str | None
    account_management_uri: str | None
    account_management_actions: tuple[str, ...]
    grant_types: tuple[str, ...]
    response_modes: tuple[str, ...]
    challenge_methods: tuple[str, ...]
    prompt_values: tuple[str, ...]
    names_issuer: bool
    """The answer in the browser carries `iss` (RFC 9207): one without it is refused."""

    @property
    def can_sign_in(self) -> bool:
        """Whether the authorisation code grant is to be had as this client does it."""
        return (
            self.registration_endpoint is not None
            and "authorization_code" in self.grant_types
            and "S256" in self.challenge_methods
            and "query" in self.response_modes
        )

    @property
    def can_use_device_code(self) -> bool:
        return (
            self.registration_endpoint is not None
            and self.device_authorization_endpoint is not None
            and DEVICE_CODE_GRANT in self.grant_types
        )

    @property
    def can_register(self) -> bool:
        return self.can_sign_in and "create" in self.prompt_values

    def account_url(self, action: str = "", device_id: str = "") -> str | None:
        """Return where the user manages the account, at an action of the specification if the page knows it.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#account-management-url-actions
        """
        if self.account_management_uri is None:
            return None
        known = action in self.account_management_actions
        params = {"action": action, **({"device_id": device_id} if device_id else {})} if known else {}
        if not params:
            return self.account_management_uri
        separator = "&" if "?" in self.account_management_uri else "?"
        return self.account_management_uri + separator + urlencode(params)


async def fetch_oauth_metadata(session: aiohttp.ClientSession, homeserver_url: str) -> OAuthMetadata | None:
    """Ask a server for its endpoints; None where it has none.

    Raises: NetworkUnavailable, CertificateRefused, BadAnswer.
    """
    for path in PATHS:
        answer = await send(session, "GET", homeserver_url + path)
        if answer.status == 200:
            return parse_oauth_metadata(
                answer.json(),
                plain_http=homeserver_url.startswith("http:"),
                plain_http_here=is_loopback(homeserver_url),
            )
        if answer.status >= 500 or answer.status == 429:
            raise BadAnswer(f"auth_metadata answers {answer.status}")
    return None


def parse_oauth_metadata(
    body: JsonObject, *, plain_http: bool = False, plain_http_here: bool = False
) -> OAuthMetadata:
    """Read what a server says of itself; `plain_http_here` allows http on this machine alone.

    Raises: BadAnswer.
    """

    def url(name: str) -> str:
        value = body.get(name)
        here = plain_http_here and isinstance(value, str) and is_loopback(value)
        return checked_url(value, name, plain_http=plain_http or here)

    optional = {name: url(name) if body.get(name) is not None else None for name in _OPTIONAL_URLS}
    return OAuthMetadata(
        issuer=url("issuer"),
        authorization_endpoint=url("authorization_endpoint"),
        token_endpoint=url("token_endpoint"),
        revocation_endpoint=url("revocation_endpoint"),
        account_management_actions=_texts(body.get("account_management_actions_supported"), ()),
        # What RFC 8414 says of a missing list.
        grant_types=_texts(body.get("grant_types_supported"), ("authorization_code", "implicit")),
        response_modes=_texts(body.get("response_modes_supported"), ("query", "fragment")),
        challenge_methods=_texts(body.get("code_challenge_methods_supported"), ()),
        prompt_values=_texts(body.get("prompt_values_supported"), ()),
        names_issuer=body.get("authorization_response_iss_parameter_supported") is True,
        **optional,
    )


def _texts(value: object, default: tuple[str, ...]) -> tuple[str, ...]:
    return as_texts(value)[:MAX_LIST] if isinstance(value, list) else default
