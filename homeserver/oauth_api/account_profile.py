"""The pages of the profile and of the password."""

from typing import Final
from urllib.parse import urlencode

import orjson
from aiohttp import web

from homeserver.accounts.change_password import change_password
from homeserver.accounts.profile import get_profile, set_profile_field
from homeserver.errors import MatrixError, UserSuspended
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.browsers import sign_in_browser
from homeserver.oauth.register_on_page import SHORTEST_PASSWORD
from homeserver.oauth_api.paths import AVATAR, PASSWORD, PROFILE
from homeserver.oauth_api.visits import Visit, page, remember_session

routes = Routes(cors=False)

TOO_SHORT: Final = f"The password must have at least {SHORTEST_PASSWORD} characters."


@routes.get(PROFILE, limit=Action.ANONYMOUS)
@page
async def show_profile(visit: Visit) -> web.Response:
    """GET: name and picture."""
    return await _profile(visit)


@routes.post(PROFILE, limit=Action.ANONYMOUS)
@page
async def save_profile(visit: Visit) -> web.Response:
    """POST: another display name."""
    browser = visit.signed_in()
    form = await visit.form()
    if browser.is_suspended:
        raise UserSuspended()
    visit.here.rate_limits.check_user(Action.PROFILE, browser.user_nid)
    try:
        name = form.get("displayname", "").strip()
        await set_profile_field(visit.here.accounts, browser.user_nid, "displayname", name)
    except MatrixError as error:
        return await _profile(visit, problem=error.message, status=error.status)
    return visit.go(PROFILE, saved="1")


@routes.get(PASSWORD, limit=Action.ANONYMOUS)
@page
async def show_password(visit: Visit) -> web.Response:
    """GET: the form for a new password."""
    visit.signed_in(fresh=True)
    return _password(visit)


@routes.post(PASSWORD, limit=Action.LOGIN)
@page
async def save_password(visit: Visit) -> web.Response:
    """POST: a new password. All browsers are signed out by it, and this one in again."""
    browser = visit.signed_in(fresh=True)
    form = await visit.form()
    password = form.get("password", "")
    problem = TOO_SHORT if len(password) < SHORTEST_PASSWORD else ""
    if not problem and password != form.get("again", ""):
        problem = "The two are not the same."
    if problem:
        return _password(visit, problem, 400)
    await change_password(visit.here.accounts, browser.user_nid, password, log_out="log_out" in form)
    secret = await sign_in_browser(visit.here.accounts, browser.user_nid)
    return remember_session(visit, visit.go(PROFILE, saved="1"), secret)


def _password(visit: Visit, problem: str = "", status: int = 200) -> web.Response:
    return visit.show(
        "account_password",
        title="Password",
        here="password",
        status=status,
        problem=problem,
        shortest_password=SHORTEST_PASSWORD,
    )


async def _profile(visit: Visit, problem: str = "", status: int = 200) -> web.Response:
    browser = visit.signed_in()
    fields = await get_profile(visit.here.accounts, browser.user_id)
    name = orjson.loads(fields["displayname"]) if "displayname" in fields else ""
    return visit.show(
        "account_profile",
        title="Profile",
        here="profile",
        status=status,
        display_name=name,
        avatar=_avatar_path(visit, fields),
        policy={"img-src": "'self'"},
        problem=problem,
        saved="saved" in visit.request.query and not problem,
    )


def _avatar_path(visit: Visit, fields: dict[str, bytes]) -> str:
    """Return where the picture is; another one has another path, so that browsers may keep it."""
    if "avatar_url" not in fields:
        return ""
    return f"{visit.root}{AVATAR}?{urlencode({'of': orjson.loads(fields['avatar_url'])})}"
