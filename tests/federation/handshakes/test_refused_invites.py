"""Invites by other servers' users that are refused: into closed rooms, and by whom one does not want them."""

from federation.protocol.ids import RoomId, UserId
from homeserver.admin.block_room import block_room, unblock_room
from tests.api.room_calls import act, create
from tests.support.federation_servers import FederationServer

FILTERING = "org.matrix.msc4155.invite_permission_config"


async def test_invites_into_closed_rooms_and_from_blocked_servers_are_refused(
    two_servers: tuple[FederationServer, FederationServer],
) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    room_id = await create(alice)
    admin = second.services.admin
    await block_room(admin, RoomId(room_id), UserId(bob.user_id))
    assert (await act(alice, room_id, "invite", bob)).errcode == "M_FORBIDDEN"
    await unblock_room(admin, RoomId(room_id))
    path = f"/user/{bob.user_id}/account_data/{FILTERING}"
    (await bob.put(path, {"blocked_servers": [first.name]})).ok()
    assert (await act(alice, room_id, "invite", bob)).errcode == "M_INVITE_BLOCKED"
    (await bob.put(path, {"ignored_users": [alice.user_id]})).ok()
    (await act(alice, room_id, "invite", bob)).ok()
    assert (await bob.get("/sync")).ok()["rooms"].get("invite", {}) == {}
    (await bob.put(path, {})).ok()
    assert set((await bob.get("/sync")).ok()["rooms"]["invite"]) == {room_id}
