"""Signing in to the server's own pages, and out again."""

from urllib.parse import urlencode

from aiohttp import web

from homeserver.accounts.errors import WrongPassword
from homeserver.accounts.login import check_open, check_password, local_user_id
from homeserver.accounts.login_tokens import use_login_token
from homeserver.accounts.threepids import find_owner
from homeserver.client_api.interactive_auth import counted_failures
from homeserver.errors import Forbidden, InvalidParam, LimitExceeded, UserDeactivated, UserLocked
from homeserver.http.browser_cookie import browser_of
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.browsers import sign_in_browser, sign_out_browser
from homeserver.oauth_api.paths import ARRIVE, FORGOTTEN, REGISTER, SIGN_IN, SIGN_OUT
from homeserver.oauth_api.register import may_register
from homeserver.oauth_api.visits import Visit, page, remember_session
from homeserver.sso.context import CALLBACK_PATH
from homeserver.storage.accounts import Account
from homeserver.storage.browser_sessions import BrowserSession
from homeserver.storage.login_tokens import Voucher

routes = Routes(cors=False)

BEGIN_SSO = CALLBACK_PATH.rpartition("/")[0] + "/begin"

WRONG = "Username and password do not belong together."
TOO_OFTEN = "Too many attempts. Wait a little and try again."
LOCKED = "This account is locked. Ask whoever runs this server."
MAX_NAME_LENGTH = 255


@routes.get(SIGN_IN, limit=Action.ANONYMOUS)
@page
async def show_sign_in(visit: Visit) -> web.Response:
    """GET: the form; who is signed in goes on, unless they want, or have, to sign in again."""
    asked_again = {"proof", "switch"} & set(visit.request.query)
    if visit.session is not None and not asked_again:
        return visit.go(visit.return_to)
    return await _form(visit, visit.request.query.get("hint", "")[:MAX_NAME_LENGTH])


@routes.post(SIGN_IN, limit=Action.LOGIN)
@page
async def sign_in(visit: Visit) -> web.Response:
    """POST: user name and password."""
    form = await visit.form()
    named, password = form.get("user", "").strip(), form.get("password", "")
    proving = _proving(visit)
    user = proving.user_id if proving is not None else await _user_of(visit, named)
    account_key = local_user_id(user, visit.here.server_name) or "nobody's"
    try:
        visit.here.rate_limits.check_key(Action.LOGIN, account_key)
        with counted_failures(visit.request, account_key):
            account = await check_password(visit.here.accounts, user, password)
        check_open(account)
    except (WrongPassword, InvalidParam, UserDeactivated):
        return await _form(visit, named, WRONG, 403)
    except UserLocked:
        return await _form(visit, named, LOCKED, 403)
    except LimitExceeded:
        return await _form(visit, named, TOO_OFTEN, 429)
    return await _enter(visit, account, None)


@routes.get(ARRIVE, limit=Action.LOGIN)
@page
async def arrive(visit: Visit) -> web.Response:
    """GET: a provider has signed somebody in, with this very browser."""
    browser = browser_of(visit.request)
    if browser is None:
        raise Forbidden("This sign-in was not begun in this browser. Begin it again.")
    account, voucher = await use_login_token(
        visit.here.accounts, visit.request.query.get("loginToken", ""), browser=browser
    )
    proving = _proving(visit)
    if proving is not None and proving.user_id != account.user_id:
        raise Forbidden("You have signed in to another account than the one that asked you to.")
    return await _enter(visit, account, voucher)


@routes.post(SIGN_OUT, limit=Action.ANONYMOUS)
@page
async def sign_out(visit: Visit) -> web.Response:
    """POST: this browser forgets who was signed in; apps stay signed in."""
    await visit.form()
    await sign_out_browser(visit.here.accounts, visit.secret)
    return remember_session(visit, visit.go(SIGN_IN, return_to=visit.return_to), "")


def sign_in_query(visit: Visit) -> dict[str, str]:
    """Return what a page on the way to signing in hands on to the next one."""
    proof = {"proof": "1"} if _proving(visit) else {}
    return {"return_to": visit.return_to, **proof}


async def enter(visit: Visit, user_nid: int, voucher: Voucher | None = None) -> web.Response:
    """Sign the browser in, with a new secret, and lead it to where it wanted to go."""
    if visit.session is not None:
        await sign_out_browser(visit.here.accounts, visit.secret)
    secret = await sign_in_browser(visit.here.accounts, user_nid, voucher)
    return remember_session(visit, visit.go(visit.return_to), secret)


async def _enter(visit: Visit, account: Account, voucher: Voucher | None) -> web.Response:
    return await enter(visit, account.user_nid, voucher)


def _proving(visit: Visit) -> BrowserSession | None:
    """Return who has to show again to be who they are."""
    return visit.session if "proof" in visit.request.query else None


async def _user_of(visit: Visit, named: str) -> str:
    if "@" in named[1:]:
        owner = await find_owner(visit.here.accounts, "email", named)
        return "" if owner is None else owner.user_id
    return named


async def _form(visit: Visit, named: str, problem: str = "", status: int = 200) -> web.Response:
    proving = _proving(visit)
    query = urlencode(sign_in_query(visit))
    onward = urlencode({"continue": f"{ARRIVE}?{query}", **({"again": "1"} if proving else {})})
    offers = [
        (f"{visit.root}{BEGIN_SSO}/{name}?{onward}", provider.config.name)
        for name, provider in visit.here.sso.providers.items()
    ]
    can_register = proving is None and await may_register(visit.here.accounts)
    return visit.show(
        "sign_in",
        title="Confirm that it is you" if proving else "Sign in",
        status=status,
        proving=proving,
        named=named,
        problem=problem,
        offers=offers,
        with_password=proving is None or proving.has_password,
        register=f"{visit.root}{REGISTER}?{query}" if can_register else "",
        forgotten=f"{visit.root}{FORGOTTEN}?{query}" if visit.here.accounts.mail.is_on else "",
    )
