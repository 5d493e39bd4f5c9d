"""Make an account, or change one, as an administrator says."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.accounts.change_password import change_password
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.deactivate import deactivate_account
from homeserver.accounts.moderate import set_admin, set_locked
from homeserver.accounts.profile import set_profile_field
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.threepids import canonical
from homeserver.errors import InvalidParam
from homeserver.storage.accounts import select_account
from homeserver.storage.admin_accounts import replace_identities, replace_threepids, update_reactivated
from homeserver.storage.positions import Stream


@dataclass(frozen=True, slots=True, repr=False)
class AccountChange:
    """What is to become of an account; None leaves as it is.

    `threepids` are (medium, address), `identities` (issuer, subject) of upstream providers: all the account
    is to have.
    """

    password: str | None = None
    log_out: bool = True
    display_name: str | None = None
    avatar_url: str | None = None
    is_admin: bool | None = None
    is_deactivated: bool | None = None
    is_locked: bool | None = None
    threepids: Sequence[tuple[str, str]] | None = None
    identities: Sequence[tuple[str, str]] | None = None


async def put_account(ctx: AccountsContext, user_id: UserId, wanted: AccountChange) -> bool:
    """Make or change an account; return whether it was made.

    A closed account is opened again by `is_deactivated` false; it needs a new password, or another way in.

    Raises: InvalidParam, WeakPassword, Exclusive; UserInUse for an address that is another account's.
    """
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, user_id)
    is_new = account is None
    if account is None:
        await register_account(
            ctx,
            Registration(
                user_id,
                password=wanted.password,
                display_name=wanted.display_name,
                is_admin=bool(wanted.is_admin),
            ),
        )
        async with ctx.db.acquire() as conn:
            account = await select_account(conn, user_id)
        assert account is not None
    user_nid = account.user_nid
    if wanted.is_deactivated is False and account.deactivated_ts is not None:
        await _reactivate(ctx, user_nid)
    if not is_new:
        await _change(ctx, user_nid, wanted)
    if wanted.avatar_url is not None:
        await set_profile_field(ctx, user_nid, "avatar_url", wanted.avatar_url)
    if wanted.is_locked is not None:
        await set_locked(ctx, user_nid, wanted.is_locked)
    async with ctx.db.transaction() as conn:
        if wanted.threepids is not None:
            threepids = [_checked(medium, address) for medium, address in wanted.threepids]
            await replace_threepids(conn, user_nid, threepids, ctx.clock.now_ms())
        if wanted.identities is not None:
            await replace_identities(conn, user_nid, wanted.identities, ctx.clock.now_ms())
    if wanted.is_deactivated and account.deactivated_ts is None:
        await deactivate_account(ctx, user_nid)
    return is_new


def _checked(medium: str, address: str) -> tuple[str, str]:
    stored = canonical(medium, address)
    if medium not in ("email", "msisdn") or stored is None:
        raise InvalidParam(f"{address} is no address of the kind {medium}")
    return medium, stored


async def _change(ctx: AccountsContext, user_nid: int, wanted: AccountChange) -> None:
    if wanted.is_deactivated and wanted.password is not None:
        raise InvalidParam("An account that is to be closed needs no password")
    if wanted.password is not None:
        await change_password(ctx, user_nid, wanted.password, log_out=wanted.log_out)
    if wanted.is_admin is not None:
        await set_admin(ctx, user_nid, wanted.is_admin)
    if wanted.display_name is not None:
        await set_profile_field(ctx, user_nid, "displayname", wanted.display_name)


async def _reactivate(ctx: AccountsContext, user_nid: int) -> None:
    async with ctx.positions.write() as change:
        await update_reactivated(change.conn, user_nid)
        change.touch(Stream.SESSIONS | Stream.PROFILES, users=[user_nid])
    ctx.tokens.forget_user(user_nid)
