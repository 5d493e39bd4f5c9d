"""What a pusher may be.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3pushersset
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

import orjson
from yarl import URL

from homeserver.errors import BadJson, InvalidParam, MissingParam
from homeserver.json_types import JsonObject
from homeserver.mail.addresses import InvalidAddress, canonical_address
from homeserver.pushers.pusher import EMAIL_APP_ID, GATEWAY_PATH, PusherKind, PusherSettings

MAX_PUSHKEY_BYTES: Final = 512
MAX_APP_ID_LENGTH: Final = 64
MAX_DESCRIPTION_LENGTH: Final = 512
MAX_DATA_BYTES: Final = 8 * 1024
MAX_URL_LENGTH: Final = 2_000
MAX_PUSHERS: Final = 50
"""Of one user."""

REQUIRED: Final = ("app_display_name", "device_display_name", "lang", "data")
AUTH_SECRET_BYTES: Final = 16
UNCOMPRESSED_POINT_BYTES: Final = 65


def check_key(app_id: str, pushkey: str) -> None:
    """Refuse what cannot name a pusher. Raises InvalidParam."""
    if not 1 <= len(app_id) <= MAX_APP_ID_LENGTH:
        raise InvalidParam(f"app_id has 1 to {MAX_APP_ID_LENGTH} characters")
    if not 1 <= len(pushkey.encode()) <= MAX_PUSHKEY_BYTES:
        raise InvalidParam(f"pushkey has 1 to {MAX_PUSHKEY_BYTES} bytes")


def check_pusher(
    kind: str,
    app_id: str,
    pushkey: str,
    described: Mapping[str, str | None],
    data: JsonObject | None,
    enabled: bool = True,
) -> PusherSettings:
    """Return the settings of a pusher that a client may have. `described` has the members that name it.

    Raises: MissingParam, InvalidParam, BadJson.
    """
    check_key(app_id, pushkey)
    given: dict[str, Any] = {**described, "data": data}
    missing = [name for name in REQUIRED if given.get(name) is None]
    if missing or data is None:
        raise MissingParam(f"Missing parameters: {', '.join(missing)}")
    try:
        known = PusherKind(kind)
    except ValueError:
        raise InvalidParam("kind is http, email or webpush") from None
    if any(len(text or "") > MAX_DESCRIPTION_LENGTH for text in described.values()):
        raise InvalidParam(f"The names of a pusher have at most {MAX_DESCRIPTION_LENGTH} characters")
    _check_size(data)
    match known:
        case PusherKind.HTTP:
            _check_url(data, GATEWAY_PATH)
        case PusherKind.WEBPUSH:
            data = _check_web_push(pushkey, data)
        case PusherKind.EMAIL:
            pushkey = _check_email(app_id, pushkey)
    names = {name: text for name, text in described.items() if text is not None}
    return PusherSettings(known, app_id, pushkey, names, data, enabled)


def stored_key(app_id: str, pushkey: str) -> str:
    """Return the form in which a pushkey is stored: addresses have one of their own."""
    if app_id != EMAIL_APP_ID:
        return pushkey
    try:
        return canonical_address(pushkey)
    except InvalidAddress:
        return pushkey


def decode_key(text: str) -> bytes:
    """Decode URL-safe base64, which the specification writes without padding. Raises ValueError."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def is_subscription(pushkey: str, auth: object) -> bool:
    """Whether these are the keys of a browser's subscription: a point of P-256 and a secret, in base64.

    Spec: https://www.rfc-editor.org/rfc/rfc8291#section-3
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    if not isinstance(auth, str):
        return False
    try:
        point, secret = decode_key(pushkey), decode_key(auth)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == UNCOMPRESSED_POINT_BYTES and len(secret) == AUTH_SECRET_BYTES


def is_https_url(text: object) -> bool:
    """Whether a text is an HTTPS URL with a host, and without credentials."""
    if not isinstance(text, str) or len(text) > MAX_URL_LENGTH:
        return False
    try:
        url = URL(text)
    except ValueError:
        return False
    return url.scheme == "https" and bool(url.host) and url.user is None and url.password is None


def _check_size(data: JsonObject) -> None:
    try:
        size = len(orjson.dumps(data))
    except TypeError as error:  # an integer beyond 64 bits
        raise BadJson(str(error)) from error
    if size > MAX_DATA_BYTES:
        raise InvalidParam(f"data has at most {MAX_DATA_BYTES} bytes")


def _check_url(data: JsonObject, path: str | None = None) -> None:
    url = data.get("url")
    if url is None:
        raise MissingParam("Missing parameters: data.url")
    if not is_https_url(url):
        raise InvalidParam("data.url is an HTTPS URL")
    if path is not None and URL(url).path != path:
        raise InvalidParam(f"The path of data.url is {path}")


def _check_web_push(pushkey: str, data: JsonObject) -> JsonObject:
    _check_url(data)
    if not is_subscription(pushkey, data.get("auth")):
        raise InvalidParam("pushkey and data.auth are the keys of a push subscription, in URL-safe base64")
    return {name: value for name, value in data.items() if name != "activated"}


def _check_email(app_id: str, pushkey: str) -> str:
    if app_id != EMAIL_APP_ID:
        raise InvalidParam(f"The app_id of a pusher of kind email is {EMAIL_APP_ID}")
    try:
        return canonical_address(pushkey)
    except InvalidAddress as error:
        raise InvalidParam(str(error)) from error
