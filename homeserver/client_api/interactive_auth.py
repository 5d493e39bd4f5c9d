"""User-interactive authentication for handlers that want the account's owner behind the access token."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from homeserver.accounts.errors import InteractiveAuthRequired, WrongPassword
from homeserver.accounts.interactive_auth import authorize, owner_flows
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import AuthData, Operation
from homeserver.http.context import services
from homeserver.http.rate_limits import Action
from homeserver.http.routing import MATCH
from homeserver.json_types import JsonObject


async def confirm_owner(
    request: web.Request, requester: Requester, auth: AuthData | None, essentials: JsonObject
) -> None:
    """Return once the requester has shown to own the account, by its password or another such stage.

    `essentials` is what the request would do; it must stay the same between the first request and the last.

    Raises: InteractiveAuthRequired, Forbidden, LimitExceeded.
    """
    accounts = services(request).accounts
    flows = await owner_flows(accounts, requester)
    operation = Operation(operation_name(request), flows, requester, essentials)
    with counted_failures(request, requester.user_id):
        await authorize(accounts, operation, auth)


def operation_name(request: web.Request) -> str:
    """Return what an authentication session is bound to, beside the request's essentials."""
    route = request[MATCH].route
    return f"{route.method} {route.path}"


@contextmanager
def counted_failures(request: web.Request, account: str) -> Iterator[None]:
    """Count wrong passwords for an account, and refuse to check any more while there were too many.

    Raises: LimitExceeded.
    """
    limits = services(request).rate_limits
    limits.require_left(Action.FAILED_LOGIN, account)
    try:
        yield
    except WrongPassword:
        limits.check_key(Action.FAILED_LOGIN, account)
        raise
    except InteractiveAuthRequired as error:
        if error.errcode == "M_FORBIDDEN":
            limits.check_key(Action.FAILED_LOGIN, account)
        raise
