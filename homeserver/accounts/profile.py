"""Profiles: display name, avatar, time zone and fields of anybody's invention.

Spec: https://spec.matrix.org/v1.19/client-server-api/#profiles
"""

import re
from typing import Final

import orjson

from federation.protocol.ids import UserId, server_name_of
from homeserver.accounts.context import AccountsContext
from homeserver.errors import InvalidParam, MatrixError, NotFound
from homeserver.json_types import JsonObject, JsonValue
from homeserver.storage import profiles
from homeserver.storage.account_work import Kind, upsert_work
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.positions import Change, Stream

MAX_PROFILE_BYTES: Final = 64 * 1024
MAX_KEY_BYTES: Final = 255
MAX_DISPLAY_NAME_LENGTH: Final = 256
MAX_URI_LENGTH: Final = 1024

FIELD: Final = re.compile(r"displayname|avatar_url|[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+")
MXC_URI: Final = re.compile(r"mxc://[A-Za-z0-9.:\[\]-]{1,255}/[A-Za-z0-9_-]{1,255}")
TIME_ZONE: Final = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


async def get_profile(ctx: AccountsContext, user_id: UserId) -> dict[str, bytes]:
    """Return all fields of a user; the values are JSON. Of another server's user, that server is asked.

    Raises: NotFound where there is no such account, or no longer.
    """
    if server_name_of(user_id) != ctx.server_name:
        return _usable(await ctx.elsewhere.profile_of(user_id))
    account = await _account(ctx, user_id)
    if account is None:
        for ask in ctx.hooks.absent_users:
            await ask(user_id)
        account = await _account(ctx, user_id) if ctx.hooks.absent_users else None
    if account is None or account.deactivated_ts is not None:
        raise NotFound("There is no such user")
    async with ctx.db.acquire() as conn:
        return await profiles.select_profile(conn, account.user_nid)


async def _account(ctx: AccountsContext, user_id: UserId) -> Account | None:
    async with ctx.db.acquire() as conn:
        return await select_account(conn, user_id)


async def get_profile_field(ctx: AccountsContext, user_id: UserId, field: str) -> bytes:
    """Return one field's JSON.

    Raises: NotFound where the user does not exist or the field is not set; InvalidParam, key too large.
    """
    check_field(field)
    value = (await get_profile(ctx, user_id)).get(field)
    if value is None:
        raise NotFound("The profile has no such field")
    return value


async def set_profile_field(ctx: AccountsContext, user_nid: int, field: str, value: JsonValue) -> None:
    """Set one field of the user's own profile; an empty display name or avatar unsets it.

    The user's rooms are told in the background.

    Raises: InvalidParam; MatrixError M_KEY_TOO_LARGE, M_PROFILE_TOO_LARGE.
    """
    check_field(field)
    _check_value(field, value)
    if value == "" and field in ("displayname", "avatar_url"):
        return await delete_profile_field(ctx, user_nid, field)
    raw = orjson.dumps(value)
    async with ctx.positions.write() as change:
        await _check_total(change, user_nid, field, raw)
        await profiles.upsert_profile_field(change.conn, user_nid, field, raw, change.position)
        await _note_change(change, user_nid, field)
    return None


async def delete_profile_field(ctx: AccountsContext, user_nid: int, field: str) -> None:
    """Unset one field of the user's own profile; nothing happens where it is not set.

    Raises: InvalidParam; MatrixError M_KEY_TOO_LARGE.
    """
    check_field(field)
    async with ctx.positions.write() as change:
        if await profiles.delete_profile_field(change.conn, user_nid, field):
            await _note_change(change, user_nid, field)


def check_field(field: str) -> None:
    """Refuse what is no name of a field.

    Raises: InvalidParam; MatrixError M_KEY_TOO_LARGE.
    """
    if len(field.encode()) > MAX_KEY_BYTES:
        raise MatrixError("M_KEY_TOO_LARGE", 400, f"The field's name has more than {MAX_KEY_BYTES} bytes")
    if FIELD.fullmatch(field) is None:
        raise InvalidParam("This is not the name of a profile field")


def _usable(profile: JsonObject) -> dict[str, bytes]:
    """Return those fields that another server may have."""
    return {
        field: orjson.dumps(value)
        for field, value in profile.items()
        if FIELD.fullmatch(field) and len(field) <= MAX_KEY_BYTES and _is_usable(field, value)
    }


def _is_usable(field: str, value: JsonValue) -> bool:
    try:
        _check_value(field, value)
    except InvalidParam:
        return False
    return True


def _check_value(field: str, value: JsonValue) -> None:
    match field:
        case "displayname":
            if not isinstance(value, str) or len(value) > MAX_DISPLAY_NAME_LENGTH:
                raise InvalidParam(
                    f"displayname must be a text of at most {MAX_DISPLAY_NAME_LENGTH} characters"
                )
        case "avatar_url":
            if not isinstance(value, str) or len(value) > MAX_URI_LENGTH:
                raise InvalidParam("avatar_url must be an mxc:// URI")
            if value and MXC_URI.fullmatch(value) is None:
                raise InvalidParam("avatar_url must be an mxc:// URI")
        case "m.tz":
            if not isinstance(value, str) or TIME_ZONE.fullmatch(value) is None:
                raise InvalidParam("m.tz must be a name of the IANA time zone database")


async def _check_total(change: Change, user_nid: int, field: str, raw: bytes) -> None:
    profile = await profiles.select_profile(change.conn, user_nid)
    profile[field] = raw
    # Each field is written as "name":value, with its comma or the closing brace.
    size = 1 + sum(len(name) + len(value) + 4 for name, value in profile.items())
    if size > MAX_PROFILE_BYTES:
        raise MatrixError("M_PROFILE_TOO_LARGE", 400, f"A profile may have at most {MAX_PROFILE_BYTES} bytes")


async def _note_change(change: Change, user_nid: int, field: str) -> None:
    change.touch(Stream.PROFILES, users=[user_nid])
    if field in profiles.SHOWN_IN_ROOMS:
        await upsert_work(change.conn, user_nid, Kind.PROFILE, change.position)
