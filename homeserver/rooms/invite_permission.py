"""By whom users want to be invited.

Spec: https://spec.matrix.org/v1.19/client-server-api/#invite-permission
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import orjson

from federation.protocol.ids import UserId, server_name_of
from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject
from homeserver.push.globs import compile_glob, fold
from homeserver.rooms.context import RoomsContext
from homeserver.storage.account_data import GLOBAL, select_content
from homeserver.storage.db import Connection

PERMISSION_TYPE: Final = "m.invite_permission_config"
FILTERING_TYPE: Final = "org.matrix.msc4155.invite_permission_config"
MAX_PATTERNS: Final = 1_000
"""Of one list that count."""


class InviteVerdict(Enum):
    """What becomes of an invite."""

    ALLOW = "allow"
    IGNORE = "ignore"
    """It is accepted, and not shown."""
    BLOCK = "block"
    """It is refused."""


@dataclass(frozen=True, slots=True)
class InvitePreferences:
    """What a user says about invites; `rules` go from the most to the least important."""

    blocks_all: bool = False
    rules: Sequence[tuple[InviteVerdict, bool, Sequence[str]]] = field(default_factory=tuple)

    def verdict_on(self, inviter: UserId) -> InviteVerdict:
        """Return what is to become of an invite by somebody."""
        if self.blocks_all:
            return InviteVerdict.BLOCK
        for verdict, is_of_users, patterns in self.rules:
            subject = fold(inviter if is_of_users else server_name_of(inviter))
            if any(compile_glob(pattern).matches(subject) for pattern in patterns):
                return verdict
        return InviteVerdict.ALLOW


async def check_invite_permission(ctx: RoomsContext, user_id: UserId, inviter: UserId) -> None:
    """Refuse to invite a user of this server who does not want it. Raises MatrixError M_INVITE_BLOCKED."""
    nid = (await ctx.names.known_users([user_id])).get(user_id)
    if nid is None:
        return
    async with ctx.db.acquire() as conn:
        preferences = await load_invite_preferences(conn, nid)
    if preferences.verdict_on(inviter) is InviteVerdict.BLOCK:
        raise MatrixError("M_INVITE_BLOCKED", 403, f"{user_id} takes no invites")


async def load_invite_preferences(conn: Connection, user_nid: int) -> InvitePreferences:
    """Read what a user says about invites."""
    permission = _object(await select_content(conn, user_nid, GLOBAL, PERMISSION_TYPE))
    filtering = _object(await select_content(conn, user_nid, GLOBAL, FILTERING_TYPE))
    return InvitePreferences(permission.get("default_action") == "block", rules_of(filtering))


# In the order of MSC4155: users before servers, and what allows before what does not.
_LISTS: Final = (
    ("allowed_users", InviteVerdict.ALLOW, True),
    ("ignored_users", InviteVerdict.IGNORE, True),
    ("blocked_users", InviteVerdict.BLOCK, True),
    ("allowed_servers", InviteVerdict.ALLOW, False),
    ("ignored_servers", InviteVerdict.IGNORE, False),
    ("blocked_servers", InviteVerdict.BLOCK, False),
)


def rules_of(filtering: JsonObject) -> list[tuple[InviteVerdict, bool, Sequence[str]]]:
    """Return the rules in the content of a user's account data of FILTERING_TYPE."""
    if filtering.get("enabled", True) is not True:
        return []
    return [(verdict, is_of_users, _texts(filtering.get(name))) for name, verdict, is_of_users in _LISTS]


def _texts(value: object) -> list[str]:
    return [item for item in value[:MAX_PATTERNS] if isinstance(item, str)] if isinstance(value, list) else []


def _object(content: bytes | None) -> JsonObject:
    loaded = {} if content is None else orjson.loads(content)
    return loaded if isinstance(loaded, dict) else {}
