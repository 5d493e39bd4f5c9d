"""A pusher as clients see it, and as it is put to use.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.storage.push_queue import Claim
from homeserver.storage.pushers import PusherRow

MSC3881: Final = "org.matrix.msc3881"
EVENT_ID_ONLY: Final = "event_id_only"
EMAIL_APP_ID: Final = "m.email"
GATEWAY_PATH: Final = "/_matrix/push/v1/notify"


class PusherKind(StrEnum):
    """How a pusher tells its user: by a push gateway, by mail, or by a browser's push service (MSC4174)."""

    HTTP = "http"
    EMAIL = "email"
    WEBPUSH = "webpush"


@dataclass(frozen=True, slots=True)
class PusherSettings:
    """What a client says of a pusher.

    `described` are names, language and profile tag; `data` is the kind's own.
    """

    kind: PusherKind
    app_id: str
    pushkey: str
    described: JsonObject
    data: JsonObject
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Pusher:
    """A pusher that is put to use. `last_due` is the position of the newest thing that it has to tell.

    `claim` is that of the worker that is at it, if it was taken to be told.
    """

    nid: int
    user_nid: int
    user_id: UserId
    settings: PusherSettings
    set_ts: int
    activated: bool
    ack_token: str | None
    ack_expires_ts: int | None
    failing_since_ts: int | None
    failures: int
    last_due: int
    last_badge: int | None
    claim: Claim
    device_id: str | None

    @property
    def url(self) -> str:
        """Where it sends to; the settings of the kinds that need one were checked for it."""
        return str(self.settings.data.get("url", ""))

    @property
    def wants_ids_only(self) -> bool:
        return self.settings.data.get("format") == EVENT_ID_ONLY


def pusher_of(row: PusherRow) -> Pusher:
    """Return the pusher that a row holds."""
    settings = PusherSettings(
        PusherKind(row.kind), row.app_id, row.pushkey, orjson.loads(row.described), orjson.loads(row.data),
        row.enabled,
    )  # fmt: skip
    return Pusher(
        row.pusher_nid, row.user_nid, row.user_id, settings, row.set_ts, row.activated, row.ack_token,
        row.ack_expires_ts, row.failing_since_ts, row.failures, row.last_due, row.last_badge,
        Claim(row.pusher_nid, row.claimed_until), row.device_id,
    )  # fmt: skip


def render_pusher(pusher: Pusher) -> JsonObject:
    """Return a pusher as `GET /pushers` shows it."""
    settings = pusher.settings
    data = dict(settings.data)
    if settings.kind is PusherKind.WEBPUSH:
        data["activated"] = pusher.activated
    rendered: JsonObject = {
        "kind": settings.kind.value,
        "app_id": settings.app_id,
        "pushkey": settings.pushkey,
        **settings.described,
        "data": data,
        f"{MSC3881}.enabled": settings.enabled,
    }
    if pusher.device_id is not None:
        rendered[f"{MSC3881}.device_id"] = pusher.device_id
    return rendered
