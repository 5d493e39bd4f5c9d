"""The page where somebody types the code that a device shows.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-authorisation-flow
"""

from typing import Final

from aiohttp import web

from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.device_grants import (
    WaitingDevice,
    decide_device_grant,
    find_waiting_device,
    show_user_code,
)
from homeserver.oauth_api.authorize import known_device
from homeserver.oauth_api.metadata import require_oauth
from homeserver.oauth_api.paths import LINK
from homeserver.oauth_api.visits import Visit, page
from homeserver.storage.browser_sessions import BrowserSession

routes = Routes(cors=False)

MAX_CODE_LENGTH: Final = 64
UNKNOWN: Final = "No device shows this code, or no longer. Check it, or begin again on the device."


@routes.get(LINK, limit=Action.LOGIN)
@page
async def show_link(visit: Visit) -> web.Response:
    """GET: the form for the code; with a code, the question."""
    require_oauth(visit.here)
    browser = visit.signed_in()
    typed = visit.request.query.get("user_code", "")[:MAX_CODE_LENGTH]
    if not typed:
        return _ask_code(visit)
    waiting = await _look_up(visit, browser, typed)
    return _ask_code(visit, typed, UNKNOWN) if waiting is None else await _ask(visit, browser, waiting)


@routes.post(LINK, limit=Action.LOGIN)
@page
async def link(visit: Visit) -> web.Response:
    """POST: the code, or the answer."""
    require_oauth(visit.here)
    browser = visit.signed_in()
    form = await visit.form()
    typed, decision = form.get("user_code", "")[:MAX_CODE_LENGTH], form.get("decision")
    waiting = await _look_up(visit, browser, typed)
    if waiting is None:
        return _ask_code(visit, typed, UNKNOWN)
    if decision is None:
        return await _ask(visit, browser, waiting)
    is_agreed = decision == "allow"
    if not await decide_device_grant(visit.here.oauth, waiting, browser if is_agreed else None):
        return _ask_code(visit, "", UNKNOWN)
    return visit.show(
        "link_done",
        title="The device is signing in" if is_agreed else "The device stays signed out",
        is_agreed=is_agreed,
    )


async def _look_up(visit: Visit, browser: BrowserSession, typed: str) -> WaitingDevice | None:
    """Find the device of a code; who guesses has to wait more and more."""
    limits = visit.here.rate_limits
    limits.require_left(Action.FAILED_LOGIN, f"code {browser.user_id}")
    waiting = await find_waiting_device(visit.here.oauth, typed)
    if waiting is None:
        limits.check_key(Action.FAILED_LOGIN, f"code {browser.user_id}")
    return waiting


def _ask_code(visit: Visit, typed: str = "", problem: str = "") -> web.Response:
    return visit.show(
        "link_code", title="Sign in a device", typed=typed, problem=problem, status=404 if problem else 200
    )


async def _ask(visit: Visit, browser: BrowserSession, waiting: WaitingDevice) -> web.Response:
    metadata = waiting.client.metadata
    return visit.show(
        "link_consent",
        title=f"Sign in {metadata.name}?",
        metadata=metadata,
        user_code=show_user_code(waiting.user_code),
        device_id=waiting.scope.device_id,
        known_device=await known_device(visit, browser, waiting.scope.device_id),
    )
