"""Names of accounts to be.

Spec: https://spec.matrix.org/v1.19/appendices/#user-identifiers
"""

from secrets import choice
from string import ascii_lowercase, digits

from federation.protocol.ids import MAX_IDENTIFIER_BYTES, ServerName, UserId, is_strict_localpart
from homeserver.accounts.context import AccountsContext
from homeserver.errors import Exclusive, InvalidUsername, UserInUse
from homeserver.storage.accounts import select_account


def new_user_id(username: str, server_name: ServerName) -> UserId:
    """Return the user id for a wished name; capitals become small letters.

    Raises: InvalidUsername.
    """
    localpart = username.lower() if username.isascii() else username
    if not is_strict_localpart(localpart):
        raise InvalidUsername("A user name may hold the characters a-z, 0-9 and . _ = - / + only")
    user_id = UserId(f"@{localpart}:{server_name}")
    if len(user_id) > MAX_IDENTIFIER_BYTES:
        raise InvalidUsername("The user name is too long")
    return user_id


def random_user_id(server_name: ServerName) -> UserId:
    """Return a user id for somebody who named none."""
    localpart = "".join(choice(ascii_lowercase + digits) for _ in range(16))
    return UserId(f"@{localpart}:{server_name}")


async def check_available(ctx: AccountsContext, user_id: UserId, *, by_owner: bool = False) -> None:
    """Refuse a name that somebody has, had, or reserved; who reserved it may have it.

    Raises: Exclusive, UserInUse.
    """
    if not by_owner and any(is_reserved(user_id) for is_reserved in ctx.hooks.reserved_names):
        raise Exclusive()
    async with ctx.db.acquire() as conn:
        if await select_account(conn, user_id) is not None:
            raise UserInUse()
