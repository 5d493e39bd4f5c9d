"""Web push: pushers of browsers (MSC4174), and the push gateway for the web client."""

from collections.abc import AsyncIterator

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.pushers.gateway import APP_ID
from homeserver.pushers.set_pusher import ACK_EXPIRES_MS
from tests.api.client import ApiClient
from tests.api.pusher_support import all_told, pushers_of, set_pusher, web_pusher
from tests.api.unread_reader import say
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock
from tests.support.push_gateway import NOTIFY, Browser, PushGateway, running_push_gateway

ACK = "/pushers/ack"


@pytest.fixture
def overrides(authority: Authority) -> JsonObject:
    return {"federation": {"allow_private_addresses": True, "ca_file": authority.ca_file}}


@pytest.fixture
async def gateway(authority: Authority) -> AsyncIterator[PushGateway]:
    async with running_push_gateway(authority) as gateway:
        yield gateway


async def test_a_browser_is_pushed_to_once_it_has_shown_that_messages_arrive(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway, clock: FakeClock
) -> None:
    browser = Browser()
    body = web_pusher(gateway, browser)
    assert (await set_pusher(alice, body)).status == 201
    (shown,) = await pushers_of(alice)
    assert shown["data"] == body["data"] | {"activated": False}
    await say(bob, room_id, "before")
    await all_told(services)
    (asked,) = gateway.messages
    token = browser.read(asked)
    assert set(token) == {"app_id", "ack_token"}
    assert (await alice.post(ACK, token | {"ack_token": "other"})).errcode == "M_UNKNOWN_ACTIVATION_TOKEN"
    assert (await alice.post(ACK, token | {"app_id": "other"})).status == 404
    assert (await bob.post(ACK, token)).status == 404
    (await alice.post(ACK, token)).ok()
    assert (await pushers_of(alice))[0]["data"]["activated"] is True
    assert (await set_pusher(alice, body)).status == 200
    sent = await say(bob, room_id, "after")
    await all_told(services)
    found = browser.read(gateway.messages[-1])
    assert (found["event_id"], found["room_id"], found["content"]["body"]) == (sent, room_id, "after")
    assert (found["unread"], found["sender_display_name"]) == (2, "bob")
    assert len(gateway.messages) == 2
    headers = gateway.messages[-1].headers
    assert (headers["Content-Encoding"], headers["Urgency"]) == ("aes128gcm", "normal")
    capability = (await alice.get("/capabilities")).ok()["capabilities"]["org.matrix.msc4174.webpush"]
    assert headers["Authorization"].endswith(f", k={capability['vapid']}")
    gateway.status = 410
    await say(bob, room_id)
    await all_told(services)
    assert await pushers_of(alice) == []


async def test_a_token_that_is_too_old_or_of_a_changed_pusher_activates_nothing(
    alice: ApiClient, services: Services, gateway: PushGateway, clock: FakeClock
) -> None:
    browser = Browser()
    await set_pusher(alice, web_pusher(gateway, browser))
    await all_told(services)
    first = browser.read(gateway.messages[-1])
    await set_pusher(alice, web_pusher(gateway, browser))
    await all_told(services)
    second = browser.read(gateway.messages[-1])
    assert (await alice.post(ACK, first)).errcode == "M_UNKNOWN_ACTIVATION_TOKEN"
    clock.advance(ACK_EXPIRES_MS)
    assert (await alice.post(ACK, second)).status == 410
    assert (await pushers_of(alice))[0]["data"]["activated"] is False


async def test_the_gateway_passes_on_to_browsers_of_the_web_client_and_to_nobody_else(
    client: ApiClient, services: Services, gateway: PushGateway
) -> None:
    browser, gone = Browser(), "k" * 20
    device = {
        "app_id": APP_ID,
        "pushkey": browser.pushkey,
        "data": {"endpoint": gateway.endpoint, "auth": browser.auth},
        "tweaks": {"highlight": True},
    }
    notification: JsonObject = {
        "event_id": "$e",
        "room_id": "!r:e",
        "counts": {"unread": 2, "missed_calls": 1, "odd": "x"},
        "devices": [
            device,
            device | {"app_id": "com.example.other", "pushkey": "of another app"},
            device | {"pushkey": gone},
            device
            | {"pushkey": Browser().pushkey, "data": {"endpoint": "http://127.0.0.1/", "auth": browser.auth}},
        ],
    }
    reply = await client.post(NOTIFY, {"notification": notification})
    assert reply.ok()["rejected"] == [found["pushkey"] for found in notification["devices"][1:]]
    (message,) = gateway.messages
    assert browser.read(message) == {
        "event_id": "$e", "room_id": "!r:e", "tweaks": {"highlight": True}, "unread": 2, "missed_calls": 1,
    }  # fmt: skip
    gateway.status = 404
    only = {"notification": notification | {"devices": [device]}}
    assert (await client.post(NOTIFY, only)).ok()["rejected"] == [browser.pushkey]
    gateway.status = 500
    assert (await client.post(NOTIFY, only)).status == 503
    malformed: list[JsonObject] = [
        {}, {"notification": 7}, {"notification": {}}, {"notification": {"devices": [{}]}},
    ]  # fmt: skip
    for wrong in malformed:
        assert (await client.post(NOTIFY, wrong)).status == 400, wrong
    many = {"notification": {"devices": [device] * 11}}
    assert (await client.post(NOTIFY, many)).errcode == "M_INVALID_PARAM"
    assert (await client.get(NOTIFY)).status == 405


async def test_the_gateway_does_not_reach_into_private_networks(
    client: ApiClient, services: Services, gateway: PushGateway
) -> None:
    """Regression: CVE-2021-21273, push as a way into private networks."""
    services.pushers.ctx.outgoing._allow_private = False
    browser = Browser()
    data = {"endpoint": gateway.endpoint, "auth": browser.auth}
    device = {"app_id": APP_ID, "pushkey": browser.pushkey, "data": data}
    reply = await client.post(NOTIFY, {"notification": {"devices": [device]}})
    assert (reply.status, gateway.messages) == (503, [])
