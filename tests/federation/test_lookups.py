"""What servers look up at each other: aliases, profiles, published rooms, spaces, OpenID tokens, media."""

from urllib.parse import quote

import pytest
from aiohttp import web

from homeserver.json_types import JsonObject
from tests.api.client import Reply
from tests.api.room_calls import create, room_path, set_state
from tests.support.fake_peer import FakePeer
from tests.support.federation_servers import FederationServer
from tests.unit.media.pictures import picture

TwoServers = tuple[FederationServer, FederationServer]
FEDERATION = "/_matrix/federation/v1"


async def test_profile_of_another_servers_user_is_shown(two_servers: TwoServers) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    (await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": "Alice"})).ok()
    assert (await bob.get(f"/profile/{alice.user_id}")).ok() == {"displayname": "Alice"}
    assert (await bob.get(f"/profile/{alice.user_id}/displayname")).ok() == {"displayname": "Alice"}
    nobody = await bob.get(f"/profile/@nobody:{first.name}")
    assert (nobody.status, nobody.errcode) == (404, "M_NOT_FOUND")


async def test_profile_that_no_user_could_have_is_not_handed_on(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    told: JsonObject = {"displayname": ["x"], "avatar_url": "javascript:x", "m.tz": "Europe/Berlin", "<b>": 1}
    fake_peer.answer(f"{FEDERATION}/query/profile", told)
    alice = await one_server.user("alice")
    assert (await alice.get(f"/profile/{fake_peer.user('eve')}")).ok() == {"m.tz": "Europe/Berlin"}


async def test_published_rooms_of_another_server_are_listed(two_servers: TwoServers) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    room = await create(alice, visibility="public", name="Garden", preset="public_chat")
    await create(alice, visibility="public", name="Cellar", preset="public_chat")
    listed = (await bob.get("/publicRooms", server=first.name)).ok()
    assert {found["name"] for found in listed["chunk"]} == {"Garden", "Cellar"}
    body = {"filter": {"generic_search_term": "gard"}, "limit": 1}
    found = (await bob.post("/publicRooms", body, server=first.name)).ok()
    assert [one["room_id"] for one in found["chunk"]] == [room]
    gone = await bob.get("/publicRooms", server="127.0.0.1:1")
    assert gone.status == 404


async def test_space_of_another_server_is_walked_through(two_servers: TwoServers) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    space = await create(alice, preset="public_chat", creation_content={"type": "m.space"})
    open_room, closed_room = await create(alice, preset="public_chat"), await create(alice)
    for child in (open_room, closed_room):
        (await set_state(alice, space, "m.space.child", {"via": [first.name]}, child)).ok()
    own = await create(bob, creation_content={"type": "m.space"})
    (await set_state(bob, own, "m.space.child", {"via": [first.name]}, space)).ok()
    page = (await bob.get(f"/_matrix/client/v1{room_path(own, '/hierarchy')}")).ok()
    assert [room["room_id"] for room in page["rooms"]] == [own, space, open_room]
    summary = await bob.get(f"/_matrix/client/v1/room_summary/{quote(open_room)}", via=first.name)
    assert summary.ok()["room_id"] == open_room
    closed = await bob.get(f"/_matrix/client/v1/room_summary/{quote(closed_room)}", via=first.name)
    assert closed.status == 404


async def test_openid_token_tells_a_service_who_its_user_is(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    token = (await alice.post(f"/user/{alice.user_id}/openid/request_token")).ok()["access_token"]
    asked = await fake_peer.get(one_server.name, f"{FEDERATION}/openid/userinfo", access_token=token)
    assert asked.ok() == {"sub": alice.user_id}


async def test_openid_token_that_is_none_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    path = f"{FEDERATION}/openid/userinfo"
    assert (await fake_peer.get(one_server.name, path)).errcode == "M_MISSING_TOKEN"
    wrong = await fake_peer.get(one_server.name, path, access_token="x")
    assert (wrong.status, wrong.errcode) == (401, "M_UNKNOWN_TOKEN")


async def test_file_of_another_server_is_fetched_with_its_name_and_thumbnail(two_servers: TwoServers) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    content = picture((400, 300))
    reply = await alice.request(
        "POST", "/_matrix/media/v3/upload", data=content, headers={"Content-Type": "image/png"},
        params={"filename": "gärten.png"},
    )  # fmt: skip
    address = reply.ok()["content_uri"].removeprefix("mxc://")
    got = await bob.get(f"/_matrix/client/v1/media/download/{address}")
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, content, "image/png")
    assert got.headers["Content-Disposition"] == "inline; filename*=utf-8''g%C3%A4rten.png"
    small = await bob.get(f"/_matrix/client/v1/media/thumbnail/{address}", width=32, height=32)
    assert small.status == 200
    missing = await bob.get(f"/_matrix/client/v1/media/download/{first.name}/nothing")
    assert (missing.status, missing.errcode) == (404, "M_NOT_FOUND")


async def test_thumbnail_is_served_to_another_server(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    reply = await alice.request(
        "POST", "/_matrix/media/v3/upload", data=picture((400, 300)), headers={"Content-Type": "image/png"}
    )
    media_id = reply.ok()["content_uri"].rpartition("/")[2]
    path = f"{FEDERATION}/media/thumbnail/{media_id}"
    served = await fake_peer.get(one_server.name, path, width="32", height="32")
    assert served.status == 200
    assert served.headers["Content-Type"].startswith("multipart/mixed; boundary=")
    assert b"Content-Type: application/json\r\n\r\n{}\r\n" in served.body
    refused = await fake_peer.get(one_server.name, path, width="32")
    assert (refused.status, refused.errcode) == (400, "M_MISSING_PARAM")


async def download(server: FederationServer, peer: FakePeer, answer: web.Response) -> Reply:
    peer.answer(f"{FEDERATION}/media/download/{{mediaId}}", answer)
    alice = await server.user("alice")
    return await alice.get(f"/_matrix/client/v1/media/download/{peer.name}/abc")


def redirect(url: str) -> web.Response:
    body = f"--b\r\n\r\n{{}}\r\n--b\r\nLocation: {url}\r\n\r\n\r\n--b--\r\n".encode()
    return web.Response(body=body, headers={"Content-Type": "multipart/mixed; boundary=b"})


async def test_file_that_is_kept_elsewhere_is_fetched_there(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    fake_peer.answer("/files/1", web.Response(body=b"found", content_type="text/plain"))
    reply = await download(one_server, fake_peer, redirect(f"https://{fake_peer.name}/files/1"))
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, b"found", "text/plain")


async def test_file_that_is_kept_where_nobody_is_asked_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    reply = await download(one_server, fake_peer, redirect(f"http://{fake_peer.name}/files/1"))
    assert reply.status == 502
    assert not fake_peer.requests_for("/files/1")


async def test_file_that_is_not_multipart_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    reply = await download(one_server, fake_peer, web.Response(body=b"x", content_type="text/plain"))
    assert (reply.status, reply.errcode) == (502, "M_UNKNOWN")


@pytest.mark.parametrize("overrides", [{"media": {"max_upload": 100_000}}])
async def test_file_larger_than_an_upload_may_be_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    limit = one_server.services.media.limits.max_upload_bytes
    body = b"--b\r\n\r\n{}\r\n--b\r\n\r\n" + bytes(limit + 1) + b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    path = f"{FEDERATION}/media/download/{{mediaId}}"
    fake_peer.answer(path, lambda request: web.Response(body=body, headers=headers))
    alice = await one_server.user("alice")
    for path in ("download/{}/abc", "download/{}/abc/name.txt", "thumbnail/{}/abc?width=32&height=32"):
        reply = await alice.get(f"/_matrix/client/v1/media/{path.format(fake_peer.name)}")
        assert (reply.status, reply.errcode) == (502, "M_TOO_LARGE"), path
