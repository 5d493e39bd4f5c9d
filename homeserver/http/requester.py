"""From a request to the account behind it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#using-access-tokens
"""

from aiohttp import web

from homeserver.accounts.access_tokens import CheckedToken
from homeserver.accounts.last_seen import NOTE_EVERY_S
from homeserver.accounts.requester import Requester
from homeserver.appservices.registration import Registration
from homeserver.errors import Forbidden, GuestAccessForbidden, MissingToken, UserSuspended
from homeserver.http.context import Services, services
from homeserver.http.params import query_str
from homeserver.http.rate_limits import BY_ADDRESS
from homeserver.http.routing import MATCH

__all__ = [
    "Requester",
    "access_token",
    "has_access_token",
    "recheck_user",
    "refuse_suspended",
    "require_admin",
    "require_appservice",
    "require_user",
]


async def require_user(request: web.Request, *, guests: bool = False, locked: bool = False) -> Requester:
    """Return who asks, after counting the request against the route's rate limit.

    Args:
        guests: whether the endpoint is open to guest accounts.
        locked: whether the endpoint works while the account is locked (only logging out does).

    Raises: MissingToken, UnknownToken, UserLocked, GuestAccessForbidden, LimitExceeded; Forbidden for users
    whom an application service may not act as.
    """
    here = services(request)
    tokens = here.accounts.tokens
    token = access_token(request)
    now = here.clock.monotonic()
    checked = tokens.remembered(token, now) or await _check(request, token, locked=locked)
    requester = checked.requester
    if requester.is_guest and not guests:
        raise GuestAccessForbidden()
    limit = request[MATCH].route.limit
    if here.rate_limits.enabled and limit not in BY_ADDRESS and not requester.is_unlimited:
        here.rate_limits.check_user(limit, requester.user_nid, requester.own_rate)
    if checked.note_due <= now:
        checked.note_due = now + NOTE_EVERY_S
        _note_device(request, here, requester)
    return requester


async def recheck_user(request: web.Request) -> None:
    """Check, in a request that takes its time, that its session has not ended meanwhile.

    Raises: UnknownToken, UserLocked.
    """
    here = services(request)
    token = access_token(request)
    if here.accounts.tokens.remembered(token, here.clock.monotonic()) is None:
        await _check(request, token)


def require_appservice(request: web.Request) -> Registration:
    """Return the application service that asks.

    Raises: MissingToken; Forbidden where the token is not an application service's.
    """
    registration = services(request).appservices.known.by_token(access_token(request))
    if registration is None:
        raise Forbidden("The access token is not that of an application service")
    return registration


async def require_admin(request: web.Request) -> Requester:
    """Return the server admin who asks.

    Raises: those of `require_user`; Forbidden for everybody else.
    """
    requester = await require_user(request)
    if not requester.is_admin:
        raise Forbidden("You are not a server admin")
    return requester


def refuse_suspended(requester: Requester) -> None:
    """Refuse what a suspended account may not do.

    Raises: UserSuspended.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#account-suspension
    """
    if requester.is_suspended:
        raise UserSuspended()


def has_access_token(request: web.Request) -> bool:
    """Tell whether a request comes with an access token, good or not."""
    return "Authorization" in request.headers or bool(request.query.get("access_token"))


def access_token(request: web.Request) -> str:
    """Return the access token from the header or, deprecated but alive, from the query.

    Raises: MissingToken.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        if header[:7].lower() == "bearer " and len(header) > 7:
            return header[7:].strip()
        raise MissingToken("The Authorization header holds no bearer token")
    token = request.query.get("access_token")
    if not token:
        raise MissingToken()
    return token


async def _check(request: web.Request, token: str, *, locked: bool = False) -> CheckedToken:
    """Return what a token that is not remembered stands for: an application service's, or a session's.

    Raises: UnknownToken, UserLocked; Forbidden for users whom an application service does not cover.
    """
    here = services(request)
    registration = here.appservices.known.by_token(token)
    if registration is None:
        return await here.accounts.tokens.authenticate(token, locked=locked)
    device_id = query_str(request, "device_id") or query_str(request, "org.matrix.msc3202.device_id")
    user_id = query_str(request, "user_id")
    return await here.appservices.masquerades.act_as(registration, user_id, device_id, locked=locked)


def _note_device(request: web.Request, here: Services, requester: Requester) -> None:
    if requester.device_nid is not None:
        agent = request.headers.get("User-Agent")
        here.accounts.last_seen.note(requester.device_nid, here.addresses.of(request), agent)
