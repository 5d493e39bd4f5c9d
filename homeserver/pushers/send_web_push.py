"""Hand a message for a browser to the push service that it is subscribed at.

Spec: https://www.rfc-editor.org/rfc/rfc8030#section-5
"""

from dataclasses import dataclass
from typing import Final

from homeserver.outgoing.json_client import JsonClient, RemoteRefused
from homeserver.pushers.encrypt_message import CONTENT_ENCODING, encrypt_message
from homeserver.pushers.vapid import Vapid

TTL_S: Final = 24 * 3600
"""How long the push service keeps a message for a browser that is not running."""
GONE: Final = frozenset({403, 404, 410})
TOO_LARGE: Final = 413


class SubscriptionGone(Exception):
    """The push service knows no such subscription any more, or not of this server's key."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser listens, and its keys in URL-safe base64."""

    url: str
    pushkey: str
    auth: str


async def send_web_push(
    outgoing: JsonClient, vapid: Vapid, to: Subscription, message: bytes, *, is_urgent: bool
) -> None:
    """Encrypt and send a message.

    Raises: SubscriptionGone; RemoteFailed, RemoteRefused where it is worth another try; ValueError for keys
        that are none, or a message that is too long; VapidKeyUnusable.
    """
    headers = {
        "Authorization": vapid.authorization(to.url),
        "Content-Encoding": CONTENT_ENCODING,
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_S),
        "Urgency": "high" if is_urgent else "normal",
    }
    status = await outgoing.deliver(to.url, encrypt_message(message, to.pushkey, to.auth), headers)
    if status in GONE:
        raise SubscriptionGone
    if status != TOO_LARGE and not 200 <= status < 300:
        raise RemoteRefused(status, "")
