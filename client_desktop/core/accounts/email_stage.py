"""Proving an e-mail address: a link goes out, the user follows it, the server knows.

Spec: https://spec.matrix.org/v1.19/client-server-api/#email-based-identity--homeserver
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from client_desktop.core.api import Api
from client_desktop.core.errors import BadAnswer
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_text

MAX_ID_CHARACTERS = 255


class EmailPurpose(StrEnum):
    """What the address is proved for: the path of its `requestToken`."""

    REGISTER = "/_matrix/client/v3/register/email/requestToken"
    PASSWORD = "/_matrix/client/v3/account/password/email/requestToken"
    ADD = "/_matrix/client/v3/account/3pid/email/requestToken"


@dataclass(frozen=True, slots=True)
class EmailValidation:
    """A mail that was sent; becomes good once its link was followed."""

    address: str
    sid: str
    client_secret: str
    attempt: int

    @property
    def credentials(self) -> JsonObject:
        return {"sid": self.sid, "client_secret": self.client_secret}


async def send_validation(
    api: Api, purpose: EmailPurpose, address: str, earlier: EmailValidation | None = None
) -> EmailValidation:
    """Have a mail with a link sent; `earlier` for the same address has it sent again.

    Raises: MatrixError (M_THREEPID_IN_USE, M_THREEPID_NOT_FOUND, M_THREEPID_DENIED, …), ClientError.
    """
    again = earlier is not None and earlier.address == address
    secret = earlier.client_secret if earlier is not None and again else secrets.token_urlsafe(32)
    attempt = earlier.attempt + 1 if earlier is not None and again else 1
    body = {"client_secret": secret, "email": address, "send_attempt": attempt}
    answer = await api.post(purpose, body, auth=purpose is EmailPurpose.ADD)
    sid = as_text(answer.get("sid"))
    if not 0 < len(sid) <= MAX_ID_CHARACTERS:
        raise BadAnswer("no session of the address")
    return EmailValidation(address, sid, secret, attempt)
