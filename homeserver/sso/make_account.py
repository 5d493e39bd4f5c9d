"""An account for somebody whom a provider has vouched for."""

from collections.abc import Sequence

from federation.protocol.ids import UserId
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.threepid_validations import EMAIL_MEDIUM
from homeserver.accounts.threepids import canonical
from homeserver.accounts.usernames import new_user_id
from homeserver.errors import Exclusive, InvalidUsername, UserInUse
from homeserver.sso.context import SsoContext
from homeserver.sso.identity import Identity
from homeserver.sso.take_picture import take_picture
from homeserver.sso.user_names import wished_name
from homeserver.storage.positions import Change
from homeserver.storage.sso import insert_identity
from homeserver.storage.threepids import Threepid, insert_threepid


class LinkedMeanwhile(Exception):
    """Another browser of the same person was faster."""


async def make_wished_account(ctx: SsoContext, identity: Identity) -> UserId | None:
    """Make an account of the name that the provider gives; None where its user has to be asked something.

    An account that has the name already is somebody's, and never taken for theirs.

    Raises: LinkedMeanwhile.
    """
    if ctx.accounts.settings.registration.terms:
        return None
    try:
        return await make_account(ctx, identity, wished_name(identity.user_name))
    except (InvalidUsername, UserInUse, Exclusive):
        return None


async def make_account(
    ctx: SsoContext, identity: Identity, username: str, terms: Sequence[tuple[str, str]] = ()
) -> UserId:
    """Make an account without a password, and link it, all or nothing.

    Raises: InvalidUsername, UserInUse, Exclusive, LinkedMeanwhile.
    """
    accounts = ctx.accounts
    user_id = new_user_id(username, accounts.server_name)
    now_ms = accounts.clock.now_ms()

    async def link(change: Change, user_nid: int) -> None:
        if not await insert_identity(change.conn, identity.issuer, identity.subject, user_nid, now_ms):
            raise LinkedMeanwhile()
        address = canonical(EMAIL_MEDIUM, identity.email) if identity.email else None
        if address is not None:  # one that is another account's stays there
            await insert_threepid(change.conn, user_nid, Threepid(EMAIL_MEDIUM, address, now_ms, now_ms))

    await register_account(
        accounts,
        Registration(user_id, display_name=identity.display_name or None, terms=terms, also=link),
    )
    if identity.picture:
        await take_picture(ctx, user_id, identity.picture)
    return user_id
