"""mxc:// addresses: making them, and refusing what is none before it reaches a store.

Spec: https://spec.matrix.org/v1.19/client-server-api/#matrix-content-mxc-uris
"""

import re
import secrets
import string
from typing import Final

from federation.protocol.ids import InvalidIdentifier, parse_server_name
from homeserver.errors import NotFound

MEDIA_ID_CHARS: Final = 28
_ALPHABET: Final = string.ascii_letters + string.digits
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")


def new_media_id() -> str:
    """Return an id that nobody can guess: 28 letters and digits, 166 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(MEDIA_ID_CHARS))


def content_uri(origin: str, media_id: str) -> str:
    """Return the mxc:// URI of an address."""
    return f"mxc://{origin}/{media_id}"


def check_address(origin: str, media_id: str) -> None:
    """Refuse names with which no address can begin or end, such as `..`; they are answered like unknown ones.

    Raises: NotFound.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#content-repo-security-considerations
    """
    if not _MEDIA_ID.fullmatch(media_id):
        raise NotFound("This is not a media id")
    try:
        parse_server_name(origin)
    except InvalidIdentifier as error:
        raise NotFound("This is not a server name") from error
