"""This client as OAuth servers know it: registered anew at each sign-in, as the specification wants.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-registration
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from client_desktop.core.accounts.loopback import REGISTERED_URI
from client_desktop.core.accounts.oauth_metadata import DEVICE_CODE_GRANT, OAuthMetadata
from client_desktop.core.accounts.oauth_tokens import check_oauth_answer
from client_desktop.core.accounts.web import send
from client_desktop.core.errors import BadAnswer, NotAllowed
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_text

API_SCOPE: Final = "urn:matrix:client:api:*"
DEVICE_SCOPE: Final = "urn:matrix:client:device:"
MAX_CLIENT_ID: Final = 1024
LOOPBACK_ADDRESS: Final = "127.0.0.1"
"""For servers called `localhost`, which is no full host name."""

_DEVICE_ID_CHARACTERS: Final = string.ascii_uppercase + string.digits
_DEVICE_ID_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class ClientDescription:
    """Who we are, as the server's page shows it to the user."""

    name: str
    uri: str = ""
    """https; the base of what follows. Empty: the page of the server that the user signs in to."""
    logo_uri: str | None = None

    def metadata(self, grant_types: tuple[str, ...], issuer: str) -> JsonObject:
        """Return what is registered.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#client-metadata
        """
        metadata: JsonObject = {
            "client_name": self.name,
            "client_uri": self.uri or server_page(issuer),
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "response_types": ["code"],
            "grant_types": list(grant_types),
            "redirect_uris": [REGISTERED_URI],
        }
        return metadata if self.logo_uri is None else {**metadata, "logo_uri": self.logo_uri}


async def register_oauth_client(
    http: aiohttp.ClientSession, metadata: OAuthMetadata, description: ClientDescription
) -> str:
    """Register and return the client id.

    Raises: OAuthRefused, NotAllowed where strange clients cannot register, BadAnswer, NetworkUnavailable.
    """
    if metadata.registration_endpoint is None:
        raise NotAllowed("the server takes no new clients")
    known = set(metadata.grant_types)
    grants = ("authorization_code", "refresh_token", DEVICE_CODE_GRANT)
    body = description.metadata(tuple(grant for grant in grants if grant in known), metadata.issuer)
    answer = await send(http, "POST", metadata.registration_endpoint, json=body)
    check_oauth_answer(answer)
    client_id = as_text(answer.json().get("client_id"))
    if not 0 < len(client_id) <= MAX_CLIENT_ID:
        raise BadAnswer("no client id")
    return client_id


def server_page(issuer: str) -> str:
    """Return the web page of the server that an OAuth issuer belongs to; https, as registering wants it."""
    host = urlsplit(issuer).hostname or ""
    return f"https://{LOOPBACK_ADDRESS if host == 'localhost' else f'[{host}]' if ':' in host else host}/"


def scope_of(device_id: str) -> str:
    """Return the scope of a sign-in as this device."""
    return f"{API_SCOPE} {DEVICE_SCOPE}{device_id}"


def new_device_id() -> str:
    """Make a device id, as clients have to with OAuth."""
    return "".join(secrets.choice(_DEVICE_ID_CHARACTERS) for _ in range(_DEVICE_ID_LENGTH))
