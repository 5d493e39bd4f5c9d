"""User-interactive authentication for handlers that want the account's owner behind the access token."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from homeserver.accounts.errors import InteractiveAuthRequired, WrongPassword
from homeserver.accounts.interactive_auth import authorize, owner_flows
from homeserver.accounts.requester import Requester
from homeserver.accounts.stages import EMAIL, AuthData, Operation
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.rate_limits import Action
from homeserver.http.routing import MATCH
from homeserver.json_types import JsonObject
from homeserver.oauth.account_page import ACCOUNT
from homeserver.storage.threepid_validations import Purpose


async def confirm_owner(
    request: web.Request, requester: Requester, auth: AuthData | None, essentials: JsonObject
) -> None:
    """Return once the requester has shown to own the account, by its password or another such stage.

    `essentials` is what the request would do; it must stay the same between the first request and the last.

    Application services own the accounts that they act as. Users of the OAuth 2.0 API do such things on the
    server's own pages instead.

    Raises: InteractiveAuthRequired, Forbidden, LimitExceeded.
    """
    if requester.appservice_id is not None:
        return
    accounts = services(request).accounts
    if requester.is_oauth:
        raise Forbidden(f"Do this on the page of your account: {accounts.settings.base_url}{ACCOUNT}")
    flows = await owner_flows(accounts, requester)
    operation = Operation(operation_name(request), flows, requester, essentials)
    with counted_failures(request, requester.user_id):
        await authorize(accounts, operation, auth)


async def confirm_email_owner(
    request: web.Request, auth: AuthData | None, essentials: JsonObject, purpose: Purpose
) -> str:
    """Return the validation by which somebody not logged in has shown to read an e-mail address's mail.

    Raises: InteractiveAuthRequired, Forbidden.
    """
    operation = Operation(operation_name(request), [(EMAIL,)], None, essentials, email_purpose=purpose)
    passed = await authorize(services(request).accounts, operation, auth)
    return passed.proofs[EMAIL]


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
