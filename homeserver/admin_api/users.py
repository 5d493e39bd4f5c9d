"""Accounts: list them, look at one, make or change one.

Documented by Synapse as its user admin API; what Parlour leaves out is listed in docs/admin-api.md.
"""

import msgspec
from aiohttp import web

from federation.protocol.ids import UserId, parse_user_id, server_name_of
from homeserver.accounts.find import find_account
from homeserver.accounts.threepids import canonical
from homeserver.accounts.usernames import check_available, new_user_id
from homeserver.admin.put_account import AccountChange, put_account
from homeserver.admin_api.pages import page_query, query_flag, with_next
from homeserver.errors import InvalidParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_str, read_body, required_query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.admin_users import (
    AccountDetails,
    AccountFilter,
    select_account_details,
    select_accounts_page,
    select_identities_of_user,
    select_user_by_identity,
    select_user_by_threepid,
)
from homeserver.storage.threepids import select_threepids

routes = Routes()

ORDERS = (
    "name", "is_guest", "admin", "user_type", "deactivated", "shadow_banned", "displayname", "avatar_url",
    "creation_ts", "last_seen_ts", "locked", "suspended",
)  # fmt: skip


class Threepid(msgspec.Struct):
    """An address of an account."""

    medium: str
    address: str


class ExternalId(msgspec.Struct):
    """Who somebody is at an upstream provider, which is named by its issuer."""

    auth_provider: str
    external_id: str


class AccountBody(msgspec.Struct):
    """PUT /_synapse/admin/v2/users/{userId}."""

    password: str | None = None
    logout_devices: bool = True
    displayname: str | None = None
    avatar_url: str | None = None
    threepids: list[Threepid] | None = None
    external_ids: list[ExternalId] | None = None
    admin: bool | None = None
    deactivated: bool | None = None
    locked: bool | None = None
    user_type: str | None = None


@routes.get("/_synapse/admin/v2/users")
async def list_users(request: web.Request) -> web.StreamResponse:
    """GET /users: closed and locked accounts only where they are asked for."""
    deactivated = None if query_bool(request, "deactivated") else False
    locked = None if query_bool(request, "locked") else False
    return await _list(request, deactivated, locked)


@routes.get("/_synapse/admin/v3/users")
async def list_users_v3(request: web.Request) -> web.StreamResponse:
    """GET /users: closed accounts, others, or all."""
    locked = None if query_bool(request, "locked") else False
    return await _list(request, query_flag(request, "deactivated"), locked)


@routes.get("/_synapse/admin/v2/users/{userId}")
async def get_user(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}: one account."""
    await require_admin(request)
    here = services(request)
    account = await find_account(here.accounts, local_user(request))
    return json_response(await _describe(request, account.user_nid))


@routes.put("/_synapse/admin/v2/users/{userId}")
async def put_user(request: web.Request) -> web.StreamResponse:
    """PUT /users/{userId}: make an account, or change one."""
    await require_admin(request)
    user_id = local_user(request)
    body = await read_body(request, AccountBody)
    if body.user_type is not None:
        raise InvalidParam("Accounts have no types on this server")
    is_new = await put_account(
        services(request).accounts,
        user_id,
        AccountChange(
            body.password, body.logout_devices, body.displayname, body.avatar_url, body.admin,
            body.deactivated, body.locked,
            None if body.threepids is None else [(each.medium, each.address) for each in body.threepids],
            None if body.external_ids is None
            else [(each.auth_provider, each.external_id) for each in body.external_ids],
        ),
    )  # fmt: skip
    account = await find_account(services(request).accounts, user_id)
    return json_response(await _describe(request, account.user_nid), 201 if is_new else 200)


@routes.get("/_synapse/admin/v1/username_available")
async def username_available(request: web.Request) -> web.StreamResponse:
    """GET /username_available: whether an account of this name could be made."""
    await require_admin(request)
    here = services(request)
    user_id = new_user_id(required_query_str(request, "username"), here.server_name)
    await check_available(here.accounts, user_id)
    return json_response({"available": True})


@routes.get("/_synapse/admin/v1/threepid/{medium}/users/{address}")
async def find_by_threepid(request: web.Request) -> web.StreamResponse:
    """GET /threepid/{medium}/users/{address}: whose address it is."""
    await require_admin(request)
    medium = path_param(request, "medium")
    address = canonical(medium, path_param(request, "address"))
    async with services(request).db.acquire() as conn:
        user_id = await select_user_by_threepid(conn, medium, address or "")
    if user_id is None:
        raise NotFound("Nobody here has this address")
    return json_response({"user_id": user_id})


@routes.get("/_synapse/admin/v1/auth_providers/{provider}/users/{externalId}")
async def find_by_identity(request: web.Request) -> web.StreamResponse:
    """GET /auth_providers/{provider}/users/{externalId}: who somebody of an upstream provider is here."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        user_id = await select_user_by_identity(
            conn, path_param(request, "provider"), path_param(request, "externalId")
        )
    if user_id is None:
        raise NotFound("Nobody here is known to this provider by that id")
    return json_response({"user_id": user_id})


def local_user(request: web.Request) -> UserId:
    """Return the user id in the path. Raises InvalidIdentifier; InvalidParam for another server's."""
    user_id = parse_user_id(path_param(request, "userId"))
    if server_name_of(user_id) != services(request).server_name:
        raise InvalidParam("Only accounts of this server can be looked up or changed")
    return user_id


async def _list(request: web.Request, deactivated: bool | None, locked: bool | None) -> web.StreamResponse:
    await require_admin(request)
    page = page_query(request)
    order = query_str(request, "order_by", "name") or "name"
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    name, user_id = query_str(request, "name"), query_str(request, "user_id")
    term = name or user_id
    wanted = AccountFilter(
        term.lower() if term else None,
        in_names=name is not None,
        guests=None if query_bool(request, "guests", True) else False,
        admins=query_flag(request, "admins"),
        deactivated=deactivated,
        locked=locked,
    )
    async with services(request).db.acquire() as conn:
        found, total = await select_accounts_page(
            conn, wanted, order, backwards=page.backwards, limit=page.limit, offset=page.offset
        )
    body: JsonObject = {"users": [_render(details) for details in found]}
    return json_response(with_next(body, page, len(found), total))


async def _describe(request: web.Request, user_nid: int) -> JsonObject:
    async with services(request).db.acquire() as conn:
        details = await select_account_details(conn, user_nid)
        identities = await select_identities_of_user(conn, user_nid)
        threepids = await select_threepids(conn, user_nid)
    return {
        **_render(details),
        "threepids": [
            {
                "medium": each.medium,
                "address": each.address,
                "added_at": each.added_ts,
                "validated_at": each.validated_ts,
            }
            for each in threepids
        ],
        "external_ids": [{"auth_provider": issuer, "external_id": subject} for issuer, subject in identities],
        "consent_server_notice_sent": None,
        "consent_version": None,
        "consent_ts": None,
        "appservice_id": None,
    }


def _render(details: AccountDetails) -> JsonObject:
    return {
        "name": details.user_id,
        "displayname": details.display_name,
        "avatar_url": details.avatar_url,
        "is_guest": details.is_guest,
        "admin": details.is_admin,
        "user_type": None,
        "deactivated": details.deactivated_ts is not None,
        "erased": details.is_erased,
        "shadow_banned": details.is_shadow_banned,
        "locked": details.is_locked,
        "suspended": details.is_suspended,
        "creation_ts": details.created_ts,
        "last_seen_ts": details.last_seen_ts,
    }
