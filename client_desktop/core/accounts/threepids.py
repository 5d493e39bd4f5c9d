"""The account's e-mail addresses and telephone numbers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#adding-account-administrative-contact-information
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from client_desktop.core.accounts.email_stage import EmailValidation
from client_desktop.core.api import Api
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_int, as_objects, as_text

THREEPIDS: Final = "/_matrix/client/v3/account/3pid"
ADD: Final = "/_matrix/client/v3/account/3pid/add"
DELETE: Final = "/_matrix/client/v3/account/3pid/delete"
MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class ThirdPartyId:
    medium: str
    """email or msisdn."""
    address: str
    added_at_ms: int


async def fetch_threepids(api: Api) -> tuple[ThirdPartyId, ...]:
    """Raises: ClientError."""
    body = await api.get(THREEPIDS, retry=True)
    return tuple(
        ThirdPartyId(
            medium=as_text(entry.get("medium"), limit=MAX_TEXT),
            address=as_text(entry.get("address"), limit=MAX_TEXT),
            added_at_ms=as_int(entry.get("added_at")),
        )
        for entry in as_objects(body.get("threepids"))[:MAX_TEXT]
    )


async def add_threepid(api: Api, validation: EmailValidation, auth: JsonObject | None) -> None:
    """Add an address whose mail was answered, with this proof of who we are.

    Raises: NeedsInteractiveAuth; MatrixError M_THREEPID_AUTH_FAILED while its link was not followed.
    """
    body: JsonObject = validation.credentials
    await api.post(ADD, body if auth is None else {**body, "auth": auth})


async def remove_threepid(api: Api, medium: str, address: str) -> None:
    """Raises: ClientError."""
    await api.post(DELETE, {"medium": medium, "address": address})
