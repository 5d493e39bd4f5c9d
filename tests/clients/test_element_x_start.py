"""What Element X does from its first start to its sign-out, request by request, in its order.

The shapes are those of matrix-rust-sdk and ruma: an OAuth client registered as native with a private scheme,
PKCE, MSC4186 sliding sync with all its extensions, a pusher, revocation.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import aiohttp
import orjson

from homeserver.app import running_server
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.key_support import CrossSigning, device_keys, sign, signing_key
from tests.conformance.response_validator import response_validator
from tests.support.browser import Browser, parameters
from tests.support.settings_for_clients import settings_for_clients

REDIRECT_URI: Final = "io.element.app:/callback"
DEVICE_ID: Final = "EXDEVICE01"
VERIFIER: Final = "element-x-verifier-0123456789-0123456789-0123"
METADATA: Final[JsonObject] = {
    "client_name": "Element X",
    "client_uri": "https://element.io",
    "logo_uri": "https://element.io/mobile-icon.png",
    "tos_uri": "https://element.io/acceptable-use-policy-terms",
    "policy_uri": "https://element.io/privacy",
    "redirect_uris": [REDIRECT_URI],
    "application_type": "native",
    "token_endpoint_auth_method": "none",
    "response_types": ["code"],
    "grant_types": ["refresh_token", "authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
}
SCOPE: Final = (
    "urn:matrix:client:api:* urn:matrix:client:device:EXDEVICE01 "
    "urn:matrix:org.matrix.msc2967.client:api:* urn:matrix:org.matrix.msc2967.client:device:EXDEVICE01"
)
ROOM_LIST: Final[JsonObject] = {
    "conn_id": "room-list",
    "lists": {
        "all_rooms": {
            "ranges": [[0, 19]],
            "timeline_limit": 1,
            "required_state": [
                ["m.room.name", ""],
                ["m.room.encryption", ""],
                ["m.room.member", "$LAZY"],
                ["m.room.member", "$ME"],
                ["m.room.topic", ""],
                ["m.room.canonical_alias", ""],
                ["m.room.power_levels", ""],
                ["m.room.create", ""],
                ["m.room.pinned_events", ""],
            ],
            "filters": {"not_room_types": ["m.space"]},
        }
    },
    "extensions": {
        "account_data": {"enabled": True},
        "receipts": {"enabled": True, "rooms": ["*"]},
        "typing": {"enabled": True},
    },
}
ENCRYPTION: Final[JsonObject] = {
    "conn_id": "encryption",
    "extensions": {"to_device": {"enabled": True}, "e2ee": {"enabled": True}},
}
SYNC: Final = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


async def test_element_x_starts_chats_and_signs_out(tmp_path: Path, database_url: str) -> None:
    settings = settings_for_clients(tmp_path, database_url)
    async with running_server(settings) as server, aiohttp.ClientSession() as http:
        validator = response_validator()
        anybody = ApiClient(http, server.base_url, validator.validate if validator else None)
        friend = await anybody.register("friend")
        metadata = await discover(anybody)
        browser = Browser(http, server.base_url, server.base_url)
        tokens = await sign_in(anybody, browser, metadata)
        phone = anybody.logged_in(
            {**(await who_am_i(anybody, tokens)), "access_token": tokens["access_token"]}
        )
        await upload_keys(phone)
        room_id = await be_invited(friend, phone)
        await slide(phone, friend, room_id)
        await be_pushed_to(phone)
        renewed = await refresh(phone, metadata, tokens)
        await sign_out(phone.with_token(renewed["access_token"]), metadata, renewed)
        assert DEVICE_ID not in (await browser.open("/oauth2/account/devices")).text


async def discover(client: ApiClient) -> JsonObject:
    """Well-known file, versions, ways to log in, OAuth metadata; return the last of them."""
    well_known = (await client.get("/.well-known/matrix/client")).ok()
    assert well_known["m.homeserver"]["base_url"] == client.base_url
    versions = (await client.get("/_matrix/client/versions")).ok()
    assert versions["unstable_features"]["org.matrix.simplified_msc3575"] is True
    assert "v1.15" in versions["versions"]
    (await client.get("/login")).ok()
    return (await client.get("/_matrix/client/v1/auth_metadata")).ok()


async def sign_in(client: ApiClient, browser: Browser, metadata: JsonObject) -> JsonObject:
    """Registration, then the browser: the user makes an account and agrees; then tokens for the code."""
    registered = await post(
        client, metadata["registration_endpoint"], orjson.dumps(METADATA), "application/json"
    )
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    request = {
        "response_type": "code",
        "client_id": registered["client_id"],
        "redirect_uri": REDIRECT_URI,
        "scope": SCOPE,
        "state": "EX-state",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "response_mode": "query",
        "prompt": "create",
    }
    form = await browser.open(f"{metadata['authorization_endpoint']}?{urlencode(request)}")
    consent = await browser.submit(form, username="phone.user", password=PASSWORD)
    assert "Element X" in consent.text
    assert "form-action 'self' io.element.app:;" in consent.headers["Content-Security-Policy"]
    answer = await browser.submit(consent, decision="allow")
    assert answer.location.startswith(f"{REDIRECT_URI}?")
    got = parameters(answer.location)
    assert (got["state"], got["iss"]) == ("EX-state", metadata["issuer"])
    tokens = await post_form(
        client,
        metadata["token_endpoint"],
        grant_type="authorization_code",
        code=got["code"],
        redirect_uri=REDIRECT_URI,
        client_id=registered["client_id"],
        code_verifier=VERIFIER,
    )
    assert tokens["scope"] == SCOPE
    return {**tokens, "client_id": registered["client_id"]}


async def who_am_i(client: ApiClient, tokens: JsonObject) -> JsonObject:
    """The first request with the token says who and which device it is."""
    me = (await client.with_token(tokens["access_token"]).whoami()).ok()
    assert (me["user_id"], me["device_id"]) == ("@phone.user:parlour.test", DEVICE_ID)
    return me


async def upload_keys(phone: ApiClient) -> None:
    """Device keys, an identity of the user's own, and the device signed by it. Nobody is asked anything."""
    keys = device_keys(phone)
    one_time = {
        f"signed_curve25519:AAAA{n}": sign({"key": f"{n}" * 43}, phone.user_id, signing_key(1), DEVICE_ID)
        for n in range(3)
    }
    uploaded = (await phone.post("/keys/upload", {"device_keys": keys, "one_time_keys": one_time})).ok()
    assert uploaded["one_time_key_counts"]["signed_curve25519"] == 3
    identity = CrossSigning.of(phone.user_id, 40)
    (await phone.post("/keys/device_signing/upload", identity.body())).ok()
    signed = sign(keys, phone.user_id, identity.self_signing)
    answer = await phone.post("/keys/signatures/upload", {phone.user_id: {DEVICE_ID: signed}})
    assert answer.ok()["failures"] == {}


async def be_invited(friend: ApiClient, phone: ApiClient) -> str:
    """A friend makes a room and invites; the phone joins."""
    body: JsonObject = {"name": "Tea", "invite": [phone.user_id], "is_direct": True}
    room_id: str = (await friend.post("/createRoom", body)).ok()["room_id"]
    (await phone.post(f"/join/{room_id}", {})).ok()
    return room_id


async def slide(phone: ApiClient, friend: ApiClient, room_id: str) -> None:
    """Both connections of the app: the list of rooms, and what encryption needs."""
    rooms = (await phone.post(SYNC, ROOM_LIST, timeout=0)).ok()
    assert rooms["lists"]["all_rooms"]["count"] == 1
    assert rooms["rooms"][room_id]["name"] == "Tea"
    encryption = (await phone.post(SYNC, ENCRYPTION, timeout=0)).ok()["extensions"]
    assert encryption["e2ee"]["device_one_time_keys_count"]["signed_curve25519"] == 3
    assert encryption["to_device"]["events"] == []
    message: JsonObject = {"msgtype": "m.text", "body": "Milk?"}
    (await friend.put(f"/rooms/{room_id}/send/m.room.message/1", message)).ok()
    news = (await phone.post(SYNC, ROOM_LIST, pos=rooms["pos"], timeout=10_000)).ok()
    assert news["rooms"][room_id]["timeline"][-1]["content"]["body"] == "Milk?"


async def be_pushed_to(phone: ApiClient) -> None:
    """The pusher of the app's push gateway."""
    pusher: JsonObject = {
        "kind": "http",
        "app_id": "io.element.elementx.ios.prod",
        "pushkey": "apns-token",
        "app_display_name": "Element X",
        "device_display_name": "Phone",
        "lang": "en",
        "data": {"url": "https://push.parlour.test/_matrix/push/v1/notify", "format": "event_id_only"},
    }
    (await phone.post("/pushers/set", pusher)).ok()
    assert [found["pushkey"] for found in (await phone.get("/pushers")).ok()["pushers"]] == ["apns-token"]


async def refresh(phone: ApiClient, metadata: JsonObject, tokens: JsonObject) -> JsonObject:
    """New tokens for old."""
    renewed = await post_form(
        phone,
        metadata["token_endpoint"],
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
        client_id=tokens["client_id"],
    )
    assert (await phone.with_token(renewed["access_token"]).whoami()).status == 200
    return {**renewed, "client_id": tokens["client_id"]}


async def sign_out(phone: ApiClient, metadata: JsonObject, tokens: JsonObject) -> None:
    """Revocation: the device is gone."""
    await post_form(
        phone,
        metadata["revocation_endpoint"],
        token=tokens["access_token"],
        token_type_hint="access_token",
        client_id=tokens["client_id"],
    )
    assert (await phone.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def post_form(client: ApiClient, endpoint: str, **params: str) -> JsonObject:
    return await post(client, endpoint, urlencode(params).encode(), "application/x-www-form-urlencoded")


async def post(client: ApiClient, endpoint: str, body: bytes, content_type: str) -> JsonObject:
    """Send to an endpoint that the metadata named."""
    headers = {"Content-Type": content_type}
    async with client.session.post(endpoint, data=body, headers=headers) as response:
        assert response.status in (200, 201), await response.text()
        answer: JsonObject = await response.json()
        return answer
