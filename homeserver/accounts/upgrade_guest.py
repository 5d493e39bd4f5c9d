"""A guest's account becomes a full one.

Spec: https://spec.matrix.org/v1.19/client-server-api/#guest-access
"""

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.errors import Forbidden, UnknownToken


async def check_guest_token(ctx: AccountsContext, guest_access_token: str, user_id: UserId) -> None:
    """Refuse who does not hold an access token of this guest.

    Raises: Forbidden.
    """
    try:
        requester = (await ctx.tokens.authenticate(guest_access_token)).requester
    except UnknownToken as error:
        raise Forbidden("The guest's access token is not valid") from error
    if not requester.is_guest or requester.user_id != user_id:
        raise Forbidden("The access token is not that of a guest with this name")
