"""What cannot be undone: new encryption keys for an account, and its end."""

from typing import Final

from aiohttp import web

from homeserver.accounts.bind_threepid import unbind_all
from homeserver.accounts.deactivate import deactivate_account
from homeserver.accounts.interactive_auth import complete_stage, find_waiting
from homeserver.errors import Forbidden, NotFound
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.reset_stages import OAUTH, UPLOAD_PATH
from homeserver.oauth_api.paths import DEACTIVATE, RESET_IDENTITY
from homeserver.oauth_api.visits import Visit, page, remember_session
from homeserver.storage.uia import UiaSession

routes = Routes(cors=False)

NOTHING_WAITS: Final = "No app of yours waits for this, or no longer. Begin the reset in the app."


@routes.get(RESET_IDENTITY, limit=Action.ANONYMOUS)
@page
async def ask_reset(visit: Visit) -> web.Response:
    """GET: whether an app may really replace the keys."""
    visit.signed_in(fresh=True)
    waiting = await _waiting(visit)
    return visit.show(
        "account_reset", title="Reset your identity?", here="", is_done=OAUTH in waiting.completed
    )


@routes.post(RESET_IDENTITY, limit=Action.ANONYMOUS)
@page
async def allow_reset(visit: Visit) -> web.Response:
    """POST: it may. The app, which asks again and again, finds out."""
    visit.signed_in(fresh=True)
    await visit.form()
    waiting = await _waiting(visit)
    if OAUTH not in waiting.completed and not await complete_stage(
        visit.here.accounts, waiting.session_id, OAUTH
    ):
        raise NotFound(NOTHING_WAITS)
    return visit.show("account_reset", title="Go back to your app", here="", is_done=True)


@routes.get(DEACTIVATE, limit=Action.ANONYMOUS)
@page
async def ask_deactivate(visit: Visit) -> web.Response:
    """GET: whether the account is really to end."""
    visit.signed_in(fresh=True)
    return visit.show("account_deactivate", title="Close your account?", here="deactivate", problem="")


@routes.post(DEACTIVATE, limit=Action.LOGIN)
@page
async def deactivate(visit: Visit) -> web.Response:
    """POST: it is."""
    browser = visit.signed_in(fresh=True)
    form = await visit.form()
    if form.get("user_id", "").strip() != browser.user_id:
        return visit.show(
            "account_deactivate",
            title="Close your account?",
            here="deactivate",
            problem="This is not the address of your account.",
            status=400,
        )
    await deactivate_account(visit.here.accounts, browser.user_nid, erase="erase" in form)
    await unbind_all(visit.here.identity, browser.user_nid, browser.user_id)
    return remember_session(visit, visit.show("account_closed", title="Your account is closed"), "")


async def _waiting(visit: Visit) -> UiaSession:
    """Return the operation that waits, which must be this user's own and of this kind."""
    browser = visit.signed_in(fresh=True)
    waiting = await find_waiting(visit.here.accounts, visit.request.query.get("session", ""))
    if waiting is None:
        raise NotFound(NOTHING_WAITS)
    if waiting.user_nid != browser.user_nid:
        raise Forbidden("Another account waits for this. Sign in with that one.")
    if UPLOAD_PATH not in waiting.operation:
        raise NotFound(NOTHING_WAITS)
    return waiting
