"""What is told of an event, or of the number of unread ones: the body of a request to a push gateway.

Spec: https://spec.matrix.org/v1.19/push-gateway-api/#post_matrixpushv1notify
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from homeserver.json_types import JsonObject
from homeserver.push.evaluate import highlights
from homeserver.push.rules import Actions
from homeserver.pushers.encrypt_message import MAX_PLAINTEXT
from homeserver.pushers.pusher import Pusher

MAX_CONTENT_BYTES: Final = 32 * 1024
"""A larger content is left out: gateways have no use for it."""
MAX_TEXT_LENGTH: Final = 255

IDS: Final = ("event_id", "room_id", "prio")
NOT_FLAT: Final = frozenset({"id", "devices", "counts"})


@dataclass(frozen=True, slots=True)
class PushedEvent:
    """An event as pushers tell of it. The names are those of now; None where there is none."""

    event_id: str
    room_id: str
    type: str
    sender: str
    content: JsonObject
    actions: Actions
    sender_display_name: str | None = None
    room_name: str | None = None
    room_alias: str | None = None
    user_is_target: bool = False

    @property
    def is_urgent(self) -> bool:
        """Whether the device should be woken for it: it highlights, sounds, calls or cannot be read here."""
        tweaks = tweaks_of(self.actions)
        wakes = self.type in ("m.room.encrypted", "m.call.invite")
        return wakes or bool(tweaks.get("highlight")) or "sound" in tweaks


def tweaks_of(actions: Actions) -> JsonObject:
    """Return the tweaks that a rule's actions set."""
    tweaks: JsonObject = {
        action["set_tweak"]: action.get("value")
        for action in actions
        if isinstance(action, dict) and isinstance(action.get("set_tweak"), str)
    }
    if "highlight" in tweaks:
        tweaks["highlight"] = highlights(actions)
    return {name: value for name, value in tweaks.items() if value is not None}


def render_notification(pusher: Pusher, event: PushedEvent | None, unread: int) -> JsonObject:
    """Return the `notification` for one pusher; without an event it only says how much is unread."""
    shown = _ids(event) | ({} if pusher.wants_ids_only else _details(event))
    # COMPAT: a count of zero should be left out, but it is what makes telephones take their badge away.
    return shown | {"counts": {"unread": unread}, "devices": [_device(pusher, event)]}


def flatten(notification: JsonObject, counts: JsonObject) -> bytes:
    """Return a notification as a web push message: without the device, the counts beside the rest.

    Where it is too long for a push service, the event's content is left out, and then all but the ids.
    """
    flat = {name: value for name, value in notification.items() if name not in NOT_FLAT} | counts
    message = orjson.dumps(flat)
    if len(message) > MAX_PLAINTEXT:
        flat.pop("content", None)
        message = orjson.dumps(flat)
    if len(message) > MAX_PLAINTEXT:
        message = orjson.dumps({name: flat[name] for name in IDS if name in flat} | counts)
    return message


def _ids(event: PushedEvent | None) -> JsonObject:
    if event is None:
        return {}
    return {
        "event_id": event.event_id,
        "room_id": event.room_id,
        "prio": "high" if event.is_urgent else "low",
    }


def _details(event: PushedEvent | None) -> JsonObject:
    # COMPAT: `id` and `membership` are not in the specification; gateways and clients of old know them.
    if event is None:
        return {"id": "", "type": None, "sender": ""}
    details: JsonObject = {"id": event.event_id, "type": event.type, "sender": event.sender}
    if _can_be_told(event.content):
        details["content"] = event.content
    names = {
        "sender_display_name": event.sender_display_name,
        "room_name": event.room_name or event.room_alias,
        "room_alias": event.room_alias,
    }
    details |= {name: text[:MAX_TEXT_LENGTH] for name, text in names.items() if text}
    if event.type == "m.room.member":
        details["user_is_target"] = event.user_is_target
        membership = event.content.get("membership")
        if isinstance(membership, str):
            details["membership"] = membership
    return details


def _can_be_told(content: JsonObject) -> bool:
    try:
        return len(orjson.dumps(content)) <= MAX_CONTENT_BYTES
    except TypeError:  # an integer beyond 64 bits, in rooms of old versions
        return False


def _device(pusher: Pusher, event: PushedEvent | None) -> JsonObject:
    settings = pusher.settings
    device: JsonObject = {
        "app_id": settings.app_id,
        "pushkey": settings.pushkey,
        "pushkey_ts": pusher.set_ts // 1000,
        "data": {name: value for name, value in settings.data.items() if name != "url"},
    }
    if event is not None:
        device["tweaks"] = tweaks_of(event.actions)
    return device


def rejected_keys(answer: JsonObject) -> Sequence[str]:
    """Return the pushkeys that a gateway says are of no use; what is malformed says nothing."""
    rejected = answer.get("rejected")
    return [key for key in rejected if isinstance(key, str)] if isinstance(rejected, list) else []
