"""What the account may change about itself.

Spec: https://spec.matrix.org/v1.19/client-server-api/#capabilities-negotiation
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_bool, as_object, as_text, as_texts

CAPABILITIES: Final = "/_matrix/client/v3/capabilities"
MAX_ROOM_VERSIONS: Final = 200


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is not named is as the specification says of servers that do not name it."""

    change_password: bool
    change_threepids: bool
    set_display_name: bool
    set_avatar: bool
    get_login_token: bool
    default_room_version: str
    room_versions: tuple[tuple[str, bool], ...]
    """(version, stable)."""
    profile_fields: bool


async def fetch_capabilities(api: Api) -> Capabilities:
    """Ask the server.

    Raises: ClientError.
    """
    body = await api.get(CAPABILITIES, retry=True)
    return parse_capabilities(as_object(body.get("capabilities")))


def parse_capabilities(named: JsonObject) -> Capabilities:
    """Read what a server names; nothing here raises."""

    def enabled(name: str, default: bool = True) -> bool:
        return as_bool(as_object(named.get(name)).get("enabled"), default)

    fields = as_object(named.get("m.profile_fields"))
    may_set_fields = enabled("m.profile_fields") if fields else True

    def may_set(field: str, older: str) -> bool:
        """Tell by the newer capability where it is there, else by the one it replaces."""
        if not fields:
            return enabled(older)
        allowed, refused = fields.get("allowed"), as_texts(fields.get("disallowed"))
        return may_set_fields and (
            field in as_texts(allowed) if allowed is not None else field not in refused
        )

    versions = as_object(named.get("m.room_versions"))
    available = as_object(versions.get("available"))
    return Capabilities(
        change_password=enabled("m.change_password"),
        change_threepids=enabled("m.3pid_changes"),
        set_display_name=may_set("displayname", "m.set_displayname"),
        set_avatar=may_set("avatar_url", "m.set_avatar_url"),
        get_login_token=enabled("m.get_login_token", default=False),
        default_room_version=as_text(versions.get("default"), "1", limit=32),
        room_versions=tuple(
            (version, available[version] == "stable") for version in list(available)[:MAX_ROOM_VERSIONS]
        ),
        profile_fields=may_set_fields,
    )
