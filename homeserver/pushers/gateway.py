"""The push gateway for the web client that this server serves: passes on to browsers what homeservers send.

Who may ask is not known, as with every gateway. So it sends to public addresses only, what it sends is
readable by the subscribed browser alone, and push services take it only for subscriptions made with this
server's key.

Spec: https://spec.matrix.org/v1.19/push-gateway-api/
"""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from homeserver.errors import InvalidParam, Unavailable
from homeserver.json_types import JsonObject
from homeserver.outgoing.json_client import RemoteFailed
from homeserver.pushers.check_pusher import is_https_url, is_subscription
from homeserver.pushers.context import PushersContext
from homeserver.pushers.notification import flatten
from homeserver.pushers.send_web_push import Subscription, SubscriptionGone, send_web_push

APP_ID: Final = "dev.parlour.web"
"""The app that this is a gateway for. Its pushers have the browser's endpoint and secret in their data."""
MAX_DEVICES: Final = 10


class Device(Struct, frozen=True):
    """Somebody to be told."""

    app_id: str
    pushkey: str
    data: dict[str, Any] = {}
    tweaks: dict[str, Any] = {}


async def pass_on(ctx: PushersContext, notification: JsonObject, devices: Sequence[Device]) -> Sequence[str]:
    """Send a notification to browsers; return the pushkeys that are of no use, such as those of other apps.

    Raises: InvalidParam for too many devices; Unavailable where a push service should be asked again.
    """
    if len(devices) > MAX_DEVICES:
        raise InvalidParam(f"A notification is for at most {MAX_DEVICES} devices")
    rejected: list[str] = []
    failed = 0
    for device in devices:
        subscription = _subscription(device)
        if subscription is None:
            rejected.append(device.pushkey)
            continue
        try:
            await send_web_push(
                ctx.outgoing, ctx.vapid, subscription, _message(notification, device),
                is_urgent=notification.get("prio") != "low",
            )  # fmt: skip
        except SubscriptionGone:
            rejected.append(device.pushkey)
        except RemoteFailed:
            failed += 1
    if failed:
        raise Unavailable("A push service could not be reached")
    return rejected


def _subscription(device: Device) -> Subscription | None:
    """Return a device's subscription; None where it is not of our app, or none."""
    url, auth = device.data.get("endpoint"), device.data.get("auth")
    if device.app_id != APP_ID or not is_https_url(url) or not is_subscription(device.pushkey, auth):
        return None
    return Subscription(str(url), device.pushkey, str(auth))


def _message(notification: JsonObject, device: Device) -> bytes:
    counts = notification.get("counts")
    found = counts if isinstance(counts, dict) else {}
    known = {name: found[name] for name in ("unread", "missed_calls") if isinstance(found.get(name), int)}
    return flatten(notification | {"tweaks": device.tweaks}, known)
