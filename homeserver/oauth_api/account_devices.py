"""The pages of the devices: where somebody is signed in."""

from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from homeserver.accounts.devices import delete_devices, get_device, list_devices, rename_device
from homeserver.accounts.logout import log_out_everywhere
from homeserver.errors import MatrixError
from homeserver.http.params import required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.browsers import sign_in_browser
from homeserver.oauth_api.paths import DEVICE_PAGE, DEVICES, SIGN_OUT_DEVICE
from homeserver.oauth_api.visits import Visit, page, remember_session
from homeserver.storage.devices import Device

routes = Routes(cors=False)

MOST_SHOWN: Final = 500


@routes.get(DEVICES, limit=Action.ANONYMOUS)
@page
async def show_devices(visit: Visit) -> web.Response:
    """GET: all devices, the one that was heard of last first."""
    browser = visit.signed_in()
    devices = await list_devices(visit.here.accounts, browser.user_nid)
    devices.sort(key=lambda device: device.last_seen_ts or 0, reverse=True)
    return visit.show(
        "account_devices",
        title="Devices",
        here="devices",
        devices=[(device, _last_seen(device)) for device in devices[:MOST_SHOWN]],
    )


@routes.post(DEVICES, limit=Action.ANONYMOUS)
@page
async def sign_out_all(visit: Visit) -> web.Response:
    """POST: sign out everywhere but in this browser."""
    browser = visit.signed_in(fresh=True)
    await visit.form()
    await log_out_everywhere(visit.here.accounts, browser.user_nid)
    secret = await sign_in_browser(visit.here.accounts, browser.user_nid)
    return remember_session(visit, visit.go(DEVICES), secret)


@routes.get(DEVICE_PAGE, limit=Action.ANONYMOUS)
@page
async def show_device(visit: Visit) -> web.Response:
    """GET: one device."""
    return await _device(visit)


@routes.post(DEVICE_PAGE, limit=Action.ANONYMOUS)
@page
async def rename(visit: Visit) -> web.Response:
    """POST: another name for it."""
    browser = visit.signed_in()
    form = await visit.form()
    device_id = required_query_str(visit.request, "device_id")
    try:
        name = form.get("name", "").strip() or None
        await rename_device(visit.here.accounts, browser.user_nid, device_id, name)
    except MatrixError as error:
        return await _device(visit, error.message, error.status)
    return visit.go(DEVICES)


@routes.get(SIGN_OUT_DEVICE, limit=Action.ANONYMOUS)
@page
async def ask_sign_out(visit: Visit) -> web.Response:
    """GET: whether it is really to be signed out."""
    browser = visit.signed_in()
    device_id = required_query_str(visit.request, "device_id")
    device = await get_device(visit.here.accounts, browser.user_nid, device_id)
    return visit.show(
        "account_sign_out_device",
        title="Sign out this device?",
        here="devices",
        device=device,
        last_seen=_last_seen(device),
    )


@routes.post(SIGN_OUT_DEVICE, limit=Action.ANONYMOUS)
@page
async def sign_out_one(visit: Visit) -> web.Response:
    """POST: sign it out."""
    browser = visit.signed_in()
    await visit.form()
    device_id = required_query_str(visit.request, "device_id")
    await delete_devices(visit.here.accounts, browser.user_nid, [device_id])
    return visit.go(DEVICES)


async def _device(visit: Visit, problem: str = "", status: int = 200) -> web.Response:
    browser = visit.signed_in()
    device_id = required_query_str(visit.request, "device_id")
    device = await get_device(visit.here.accounts, browser.user_nid, device_id)
    return visit.show(
        "account_device",
        title=device.display_name or device.device_id,
        here="devices",
        status=status,
        device=device,
        last_seen=_last_seen(device),
        problem=problem,
    )


def _last_seen(device: Device) -> str:
    """Return when and from where a device was last heard of, as people read it."""
    if device.last_seen_ts is None:
        return "not seen yet"
    when = datetime.fromtimestamp(device.last_seen_ts / 1000, UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC · {device.last_seen_ip or 'unknown address'}"
