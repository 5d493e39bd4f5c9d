"""What servers look up at each other: media, aliases, public rooms, profiles, spaces."""

from urllib.parse import quote

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, set_state
from tests.interop.conftest import Pair
from tests.interop.test_memberships import public_room
from tests.support.pictures import PNG

pytestmark = pytest.mark.any_version
MEDIA = "/_matrix/client/v1/media"
TEXT = {"Content-Type": "text/plain"}


@pytest.mark.often
async def test_media_of_the_other_server_is_downloaded(host: ApiClient, guest: ApiClient) -> None:
    for owner, other in ((host, guest), (guest, host)):
        uploaded = await owner.request("POST", "/_matrix/media/v3/upload", data=b"some bytes", headers=TEXT)
        path = uploaded.ok()["content_uri"].removeprefix("mxc://")
        downloaded = await other.get(f"{MEDIA}/download/{path}")
        assert (downloaded.status, downloaded.body) == (200, b"some bytes")
        assert downloaded.headers["Content-Type"].startswith("text/plain")


async def test_thumbnail_of_the_other_servers_picture_is_downloaded(
    host: ApiClient, guest: ApiClient
) -> None:
    for owner, other in ((host, guest), (guest, host)):
        headers = {"Content-Type": "image/png"}
        uploaded = await owner.request("POST", "/_matrix/media/v3/upload", data=PNG, headers=headers)
        path = uploaded.ok()["content_uri"].removeprefix("mxc://")
        thumbnail = await other.get(f"{MEDIA}/thumbnail/{path}", width=32, height=32, method="scale")
        assert thumbnail.status == 200, thumbnail.body
        assert thumbnail.headers["Content-Type"].startswith("image/")


async def test_alias_and_public_rooms_of_the_other_server_are_found(
    pair: Pair, host: ApiClient, guest: ApiClient
) -> None:
    alias = f"listed{host.device_id.lower()}"
    room_id = await public_room(
        host, {"room_version": "12"}, room_alias_name=alias, visibility="public", name="Listed"
    )
    full_alias = f"#{alias}:{pair.host_name}"
    found = (await guest.get(f"/directory/room/{quote(full_alias, safe='')}")).ok()
    assert found["room_id"] == room_id
    assert pair.host_name in found["servers"]
    listed = (await guest.get("/publicRooms", server=pair.host_name)).ok()
    assert room_id in [room["room_id"] for room in listed["chunk"]]
    search: JsonObject = {"filter": {"generic_search_term": "Listed"}, "limit": 50}
    searched = (await guest.post("/publicRooms", search, server=pair.host_name)).ok()
    assert room_id in [room["room_id"] for room in searched["chunk"]]


async def test_profile_of_the_other_servers_user_is_found(host: ApiClient, guest: ApiClient) -> None:
    for owner, other in ((host, guest), (guest, host)):
        path = f"/profile/{quote(owner.user_id)}/displayname"
        (await owner.put(path, {"displayname": "Somebody"})).ok()
        assert (await other.get(path)).ok() == {"displayname": "Somebody"}
        assert (await other.get(f"/profile/{quote(owner.user_id)}")).ok()["displayname"] == "Somebody"


async def test_space_of_the_other_server_is_walked_through(
    pair: Pair, host: ApiClient, guest: ApiClient
) -> None:
    room_id = await public_room(host, {"room_version": "12"}, name="Child")
    space = await create(
        host, preset="public_chat", creation_content={"type": "m.space"}, name="Space", room_version="12"
    )
    (await set_state(host, space, "m.space.child", {"via": [pair.host_name]}, room_id)).ok()
    (
        await guest.post(f"/join/{quote(space, safe='')}", {}, via=pair.host_name, server_name=pair.host_name)
    ).ok()
    walked = (await guest.get(f"/_matrix/client/v1/rooms/{quote(space, safe='')}/hierarchy")).ok()
    assert [room["room_id"] for room in walked["rooms"]] == [space, room_id]
    assert walked["rooms"][1]["name"] == "Child"
