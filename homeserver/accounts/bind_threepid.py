"""Letting identity servers know whose an address is, and having them forget it.

Which of them were told is remembered, so that they can be told again when the address, or the account, goes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidbind
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
import structlog

from federation.protocol.ids import InvalidIdentifier, ServerName, UserId, parse_server_name
from federation.protocol.signing import SigningKey
from federation.transport.signed_requests import authorization_header, encode_content
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.requester import Requester
from homeserver.accounts.threepids import canonical
from homeserver.errors import InvalidParam, MatrixError
from homeserver.json_types import JsonObject
from homeserver.outgoing.json_client import JsonClient, RemoteFailed, RemoteRefused
from homeserver.storage import threepids
from homeserver.storage.threepids import Bind

log = structlog.get_logger(__name__)

BIND_PATH: Final = "/_matrix/identity/v2/3pid/bind"
UNBIND_PATH: Final = "/_matrix/identity/v2/3pid/unbind"
MAX_ADDRESS_LENGTH: Final = 255


@dataclass(frozen=True, slots=True)
class IdentityContext:
    """The dependencies of talking to identity servers. Requests without a user's token are signed."""

    accounts: AccountsContext
    client: JsonClient
    key: SigningKey


class Unbinding(StrEnum):
    """What became of an unbinding."""

    SUCCESS = "success"
    NO_SUPPORT = "no-support"


class Bound(msgspec.Struct):
    """What an identity server says to have bound."""

    medium: str
    address: str


async def bind_threepid(
    ctx: IdentityContext,
    requester: Requester,
    id_server: str,
    id_access_token: str,
    sid: str,
    client_secret: str,
) -> None:
    """Have an identity server know an address, which was proven to it, as the requester's.

    Raises: InvalidParam; MatrixError with what the identity server says, or where it cannot be asked.
    """
    server = _server(id_server)
    if not id_access_token.isascii() or not id_access_token.isprintable():
        raise InvalidParam("`id_access_token` is not an access token")
    body: JsonObject = {"sid": sid, "client_secret": client_secret, "mxid": requester.user_id}
    try:
        answer = await ctx.client.post(f"https://{server}{BIND_PATH}", body, id_access_token)
        bound = msgspec.convert(answer, Bound)
    except RemoteRefused as error:
        raise _as_said(error) from error
    except (RemoteFailed, msgspec.ValidationError) as error:
        raise MatrixError("M_UNKNOWN", 502, "The identity server gives no usable answer") from error
    known = canonical(bound.medium, bound.address)
    if known is not None and len(bound.medium) <= MAX_ADDRESS_LENGTH:
        async with ctx.accounts.db.acquire() as conn:
            bind = Bind(bound.medium, known, server)
            await threepids.insert_bind(conn, requester.user_nid, bind)


async def unbind_threepid(
    ctx: IdentityContext,
    requester: Requester,
    medium: str,
    address: str,
    id_server: str | None,
    *,
    must: bool = True,
) -> Unbinding:
    """Have an identity server forget whose an address is: one that is named, or all that were told.

    With `must` false, one that refuses or cannot be asked counts as one that does not support it.

    Raises: InvalidParam; MatrixError with what the identity server says, or where it cannot be asked.
    """
    known = canonical(medium, address)
    if known is None:
        raise InvalidParam("This is not an address")
    if id_server is not None:
        binds = [Bind(medium, known, _server(id_server))]
    else:
        async with ctx.accounts.db.acquire() as conn:
            all_binds = await threepids.select_binds(conn, requester.user_nid)
        binds = [bind for bind in all_binds if (bind.medium, bind.address) == (medium, known)]
    if must:
        return await _unbind(ctx, requester.user_nid, requester.user_id, binds)
    results = [await _unbind_if_possible(ctx, requester.user_nid, requester.user_id, b) for b in binds]
    return Unbinding.SUCCESS if results and Unbinding.NO_SUPPORT not in results else Unbinding.NO_SUPPORT


async def unbind_all(ctx: IdentityContext, user_nid: int, user_id: UserId) -> Unbinding:
    """Have all identity servers that were told forget a user's addresses, as far as they can be reached."""
    async with ctx.accounts.db.acquire() as conn:
        binds = await threepids.select_binds(conn, user_nid)
    results = [await _unbind_if_possible(ctx, user_nid, user_id, bind) for bind in binds]
    return Unbinding.NO_SUPPORT if Unbinding.NO_SUPPORT in results else Unbinding.SUCCESS


async def _unbind_if_possible(ctx: IdentityContext, user_nid: int, user_id: UserId, bind: Bind) -> Unbinding:
    try:
        return await _unbind(ctx, user_nid, user_id, [bind])
    except MatrixError as error:
        log.warning("identity_server_keeps_address", id_server=bind.id_server, errcode=error.errcode)
        return Unbinding.NO_SUPPORT


async def _unbind(ctx: IdentityContext, user_nid: int, user_id: UserId, binds: list[Bind]) -> Unbinding:
    result = Unbinding.SUCCESS if binds else Unbinding.NO_SUPPORT
    for bind in binds:
        if not await _ask_to_unbind(ctx, user_id, bind):
            result = Unbinding.NO_SUPPORT
            continue
        async with ctx.accounts.db.acquire() as conn:
            await threepids.delete_binds(conn, user_nid, [bind])
    return result


async def _ask_to_unbind(ctx: IdentityContext, user_id: UserId, bind: Bind) -> bool:
    """Return whether the identity server has done it; False where it does not do such things."""
    server = ServerName(bind.id_server)
    threepid: JsonObject = {"medium": bind.medium, "address": bind.address}
    body: JsonObject = {"mxid": user_id, "threepid": threepid}
    origin = ctx.accounts.server_name
    header = authorization_header(ctx.key, "POST", UNBIND_PATH, origin, server, encode_content(body))
    try:
        await ctx.client.post(f"https://{server}{UNBIND_PATH}", body, authorization=header)
    except RemoteRefused as error:
        if error.status in (400, 404, 501):
            return False
        raise _as_said(error) from error
    except RemoteFailed as error:
        raise MatrixError("M_UNKNOWN", 502, "The identity server cannot be asked") from error
    return True


def _server(id_server: str) -> ServerName:
    try:
        return parse_server_name(id_server)
    except InvalidIdentifier as error:
        raise InvalidParam(f"`id_server`: {error}") from error


def _as_said(error: RemoteRefused) -> MatrixError:
    """Return an identity server's refusal as ours; a 401 is about its own token and would log clients out."""
    status = error.status if 400 <= error.status <= 499 and error.status != 401 else 403
    return MatrixError(error.errcode or "M_UNKNOWN", status, "The identity server refuses")
