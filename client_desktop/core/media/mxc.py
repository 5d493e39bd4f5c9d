"""Addresses of files on Matrix servers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#matrix-content-mxc-uris
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from client_desktop.core.media.errors import MediaRefused
from federation.protocol.ids import InvalidIdentifier, parse_server_name

MAX_CHARACTERS: Final = 512
_MEDIA_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")


@dataclass(frozen=True, slots=True)
class Mxc:
    server_name: str
    media_id: str

    @property
    def url(self) -> str:
        return f"mxc://{self.server_name}/{self.media_id}"


def parse_mxc(url: str) -> Mxc:
    """Return the parts of an address; nothing that could lead elsewhere on a server is one.

    Raises: MediaRefused.
    """
    if not url.startswith("mxc://") or len(url) > MAX_CHARACTERS:
        raise MediaRefused("no address of a file")
    server_name, _, media_id = url.removeprefix("mxc://").partition("/")
    if _MEDIA_ID.fullmatch(media_id) is None:
        raise MediaRefused("no address of a file")
    try:
        return Mxc(parse_server_name(server_name), media_id)
    except InvalidIdentifier:
        raise MediaRefused("no address of a file") from None


def is_mxc(url: str) -> bool:
    try:
        parse_mxc(url)
    except MediaRefused:
        return False
    return True
