"""Users of application services: made and logged in without passwords.

Spec: https://spec.matrix.org/v1.19/application-service-api/#server-admin-style-permissions
"""

from federation.protocol.ids import UserId
from homeserver.accounts.login import local_user_id
from homeserver.accounts.register import Registration as NewUser
from homeserver.accounts.register import register_account
from homeserver.accounts.sessions import DeviceRequest, Login, begin_session, login_of
from homeserver.accounts.usernames import new_user_id
from homeserver.appservices.context import AppservicesContext
from homeserver.appservices.registration import Registration
from homeserver.errors import Exclusive, Forbidden, UserLocked
from homeserver.storage.accounts import select_account


async def make_user(
    ctx: AppservicesContext, registration: Registration, username: str, device: DeviceRequest | None
) -> tuple[UserId, Login | None]:
    """Make an account in an application service's namespace, and log a device in where one is given.

    Raises: Exclusive outside of the namespace, and where the name is another one's; InvalidUsername,
    UserInUse.
    """
    user_id = new_user_id(username, ctx.accounts.server_name)
    _check_namespace(ctx, registration, user_id)
    new = NewUser(user_id, device=device, appservice_id=registration.id)
    return user_id, await register_account(ctx.accounts, new)


async def log_in(
    ctx: AppservicesContext, registration: Registration, user: str, device: DeviceRequest
) -> Login:
    """Log in as a user of an application service; `user` is a user id of this server or its localpart.

    Raises: Exclusive outside of the namespace; Forbidden where there is no such account; UserLocked.
    """
    user_id = local_user_id(user, ctx.accounts.server_name)
    if user_id is None or not registration.covers_user(user_id):
        raise Exclusive("The user is not in the application service's namespace")
    async with ctx.accounts.db.acquire() as conn:
        account = await select_account(conn, user_id)
    if account is None or account.deactivated_ts is not None:
        raise Forbidden("The application service has not registered this user")
    if account.is_locked:
        raise UserLocked(soft_logout=True)
    async with ctx.accounts.positions.write() as change:
        begun = await begin_session(ctx.accounts, change, account.user_nid, user_id, device)
    return login_of(ctx.accounts, begun)


def _check_namespace(ctx: AppservicesContext, registration: Registration, user_id: UserId) -> None:
    owner = ctx.known.owner_of_user(user_id)
    if not registration.covers_user(user_id) or owner not in (None, registration):
        raise Exclusive("The user is not in the application service's namespace")
