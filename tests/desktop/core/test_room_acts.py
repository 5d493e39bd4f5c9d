"""What can be done to rooms, done on a real server and seen through sync."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf

import pytest

from client_desktop.core.changes import Change, Changes
from client_desktop.core.client import Client
from client_desktop.core.errors import MatrixError, NotAllowed
from client_desktop.core.rooms.create import Access, CreateRoom
from client_desktop.core.rooms.image_packs import USES, ImagePack, PackImage
from client_desktop.core.values import Membership, MemberSummary, RoomKind, RoomSection, RoomSummary
from tests.api.client import ApiClient
from tests.api.room_calls import act, join, membership, send, state
from tests.desktop.clients import Heard, OpenClient

OPEN = CreateRoom(access=Access.PUBLIC, encrypted=False)


@pytest.fixture
async def alice(open_client: OpenClient) -> Client:
    return await open_client("alice")


@pytest.fixture
async def bob(nobody: ApiClient) -> ApiClient:
    return await nobody.register("bob")


@pytest.fixture
def heard(changes: Changes) -> Iterator[Heard[Change]]:
    with Heard(changes, Change) as heard:
        yield heard


def room_of(client: Client, room_id: str) -> RoomSummary:
    found = client.rooms.summary(room_id)
    assert found is not None
    return found


async def made(client: Client, heard: Heard[Change], options: CreateRoom = OPEN) -> str:
    """Make a room, and wait until sync has brought it."""
    room_id = await client.rooms.create(options)
    await heard.until(lambda: client.rooms.summary(room_id) is not None)
    return room_id


async def test_a_room_is_what_was_asked_for(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    wanted = CreateRoom(
        name="Hut",
        topic="Wood",
        avatar_url="mxc://example.org/a",
        access=Access.KNOCK,
        published=True,
        alias_localpart="hut",
        invite=(bob.user_id,),
        history_visibility="joined",
        federated=False,
        power_levels={"invite": 50},
    )
    room_id = await made(alice, heard, wanted)
    room = room_of(alice, room_id)
    assert (room.name, room.topic, room.encrypted, room.canonical_alias) == (
        "Hut",
        "Wood",
        True,
        "#hut:example.org",
    )
    assert (room.joined_members, room.invited_members, room.kind) == (1, 1, RoomKind.ROOM)
    rooms = alice.rooms
    assert rooms.state(room_id, "m.room.history_visibility") == {"history_visibility": "joined"}
    assert (rooms.state(room_id, "m.room.create") or {})["m.federate"] is False
    assert rooms.state(room_id, "m.room.join_rules") == {"join_rule": "knock"}
    assert rooms.permissions(room_id).levels["invite"] == 50
    assert await rooms.is_published(room_id)
    await rooms.set_published(room_id, False)
    assert not await rooms.is_published(room_id)
    assert await rooms.aliases(room_id) == ("#hut:example.org",)
    assert rooms.permalink(room_id) == "https://matrix.to/#/%23hut:example.org"


async def test_creators_of_version_12_have_infinite_power(
    alice: Client, bob: ApiClient, heard: Heard[Change]
) -> None:
    room_id = await made(alice, heard)
    old_id = await made(alice, heard, replace(OPEN, room_version="11"))
    await join(bob, room_id)
    new, old = alice.rooms.permissions(room_id), alice.rooms.permissions(old_id)
    assert (new.own_level, old.own_level) == (inf, 100)
    assert new.may_upgrade()
    assert not new.may_set_level(alice.me.user_id, 50)
    members = {member.user_id: member for member in await alice.rooms.members(room_id)}
    assert members[alice.me.user_id].power_level == inf
    assert members[bob.user_id].power_level == 0
    await alice.rooms.set_power_level(room_id, bob.user_id, 50)
    await heard.until(lambda: alice.rooms.permissions(room_id).level_of(bob.user_id) == 50)
    await alice.rooms.set_power_level(room_id, bob.user_id, None)
    await alice.rooms.set_power_levels(room_id, {"ban": 75, "events": {"m.room.name": 10}})
    await heard.until(lambda: alice.rooms.permissions(room_id).levels["ban"] == 75)
    permissions = alice.rooms.permissions(room_id)
    assert permissions.level_of(bob.user_id) == 0
    assert permissions.level_to_send("m.room.name", state=True) == 10
    await alice.rooms.set_power_levels(room_id, {"events": {"m.room.name": None}})
    await heard.until(lambda: alice.rooms.permissions(room_id).level_to_send("m.room.name", state=True) == 50)


async def test_a_direct_chat_is_found_again(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    room_id = await alice.rooms.start_direct(bob.user_id, encrypted=False)
    await heard.until(lambda: alice.rooms.direct_room(bob.user_id) == room_id)
    assert await alice.rooms.start_direct(bob.user_id) == room_id
    room = room_of(alice, room_id)
    assert (room.kind, room.section, room.direct_user) == (RoomKind.DIRECT, RoomSection.PEOPLE, bob.user_id)
    assert room.name == "bob"
    await alice.rooms.set_direct(room_id, None)
    await heard.until(lambda: room_of(alice, room_id).kind is RoomKind.ROOM)
    await alice.rooms.set_direct(room_id, bob.user_id)
    await heard.until(lambda: room_of(alice, room_id).kind is RoomKind.DIRECT)


async def test_who_accepts_a_direct_chat_has_it_among_people(
    alice: Client, bob: ApiClient, heard: Heard[Change]
) -> None:
    body = {"is_direct": True, "preset": "trusted_private_chat", "invite": [alice.me.user_id]}
    room_id = (await bob.post("/createRoom", body)).ok()["room_id"]
    await heard.until(lambda: alice.rooms.summary(room_id) is not None)
    await alice.rooms.join(room_id)
    await heard.until(lambda: alice.rooms.direct_room(bob.user_id) == room_id)
    assert room_of(alice, room_id).section is RoomSection.PEOPLE


async def test_members_are_brought_and_removed(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    room_id = await made(alice, heard, CreateRoom(encrypted=False))
    rooms = alice.rooms

    async def seen(wanted: str) -> None:
        await heard.until(lambda: _membership(rooms.member(room_id, bob.user_id)) == wanted)

    await rooms.invite(room_id, bob.user_id, "come")
    await seen("invite")
    await join(bob, room_id)
    await seen("join")
    assert await rooms.keyholders(room_id) == {alice.me.user_id: "join", bob.user_id: "join"}
    await rooms.kick(room_id, bob.user_id, "too loud")
    await seen("leave")
    await rooms.ban(room_id, bob.user_id, "far too loud")
    await seen("ban")
    assert [(m.user_id, m.membership, m.reason) for m in await rooms.members(room_id)][1:] == [
        (bob.user_id, Membership.BAN, "far too loud")
    ]
    await rooms.unban(room_id, bob.user_id)
    await seen("leave")
    with pytest.raises(MatrixError):
        await rooms.invite(room_id, "@nobody", "")


def _membership(member: MemberSummary | None) -> str:
    return "" if member is None else member.membership


async def test_people_knock_and_are_let_in(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    room_id = (await bob.post("/createRoom", {"initial_state": [_join_rules("knock")]})).ok()["room_id"]
    assert await alice.rooms.knock(room_id, reason="please") == room_id
    await heard.until(lambda: alice.rooms.summary(room_id) is not None)
    assert (room_of(alice, room_id).membership, room_of(alice, room_id).section) == (
        Membership.KNOCK,
        RoomSection.INVITES,
    )
    await act(bob, room_id, "invite", alice.me.user_id)
    await heard.until(lambda: room_of(alice, room_id).membership is Membership.INVITE)


def _join_rules(rule: str) -> dict[str, object]:
    return {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": rule}}


async def test_a_rooms_settings_are_changed(alice: Client, heard: Heard[Change]) -> None:
    room_id = await made(alice, heard, CreateRoom(encrypted=False))
    space_id = await made(alice, heard, CreateRoom(space=True, name="Club"))
    rooms = alice.rooms
    await rooms.set_name(room_id, "Hut")
    await rooms.set_topic(room_id, "Wood")
    await rooms.set_avatar(room_id, "mxc://example.org/a")
    await rooms.set_join_rule(room_id, "restricted", [space_id])
    await rooms.set_history_visibility(room_id, "invited")
    await rooms.set_guest_access(room_id, True)
    await rooms.set_server_acl(room_id, ["*"], ["evil.org"], False)
    await rooms.add_alias(room_id, "#a:example.org")
    await rooms.add_alias(room_id, "#b:example.org")
    await rooms.remove_alias("#b:example.org")
    await rooms.set_aliases(room_id, "#a:example.org", [])
    await rooms.set_own_name(room_id, "Ali", "mxc://example.org/b")
    await rooms.set_pinned(room_id, "$one", True)
    await heard.until(lambda: rooms.state(room_id, "m.room.pinned_events") == {"pinned": ["$one"]})
    await rooms.set_pinned(room_id, "$two", True)
    await heard.until(lambda: rooms.state(room_id, "m.room.pinned_events") == {"pinned": ["$two", "$one"]})
    await rooms.set_pinned(room_id, "$one", False)
    await rooms.enable_encryption(room_id)
    await heard.until(lambda: room_of(alice, room_id).encrypted)
    room = room_of(alice, room_id)
    assert (room.name, room.topic, room.avatar_url, room.canonical_alias) == (
        "Hut",
        "Wood",
        "mxc://example.org/a",
        "#a:example.org",
    )
    assert rooms.state(room_id, "m.room.pinned_events") == {"pinned": ["$two"]}
    allowed = (rooms.state(room_id, "m.room.join_rules") or {})["allow"]
    assert allowed == [{"type": "m.room_membership", "room_id": space_id}]
    me = rooms.member(room_id, alice.me.user_id)
    assert me is not None
    assert (me.name, me.avatar_url) == ("Ali", "mxc://example.org/b")
    with pytest.raises(NotAllowed):
        await rooms.set_server_acl(room_id, [], [], True)
    await rooms.set_avatar(room_id, None)
    await heard.until(lambda: room_of(alice, room_id).avatar_url is None)
    keys = await rooms.state_keys(room_id)
    assert ("m.room.member", alice.me.user_id) in keys
    assert ("m.room.server_acl", "") in keys


async def test_tags_mutes_and_marks(alice: Client, heard: Heard[Change]) -> None:
    room_id = await made(alice, heard)
    rooms = alice.rooms

    async def until(holds: Callable[[RoomSummary], bool]) -> None:
        await heard.until(lambda: holds(room_of(alice, room_id)))

    await rooms.set_tag(room_id, "m.favourite", 0.5)
    await until(lambda room: room.section is RoomSection.FAVOURITES and room.order == 0.5)
    await rooms.set_tag(room_id, "m.lowpriority")
    await until(lambda room: room.section is RoomSection.LOW_PRIORITY)
    await rooms.remove_tag(room_id, "m.lowpriority")
    await until(lambda room: room.section is RoomSection.ROOMS)
    await rooms.mark_unread(room_id, True)
    await until(lambda room: room.marked_unread)
    await rooms.set_muted(room_id, True, until_ms=2_000_000_000_000)
    await until(lambda room: room.muted and room.muted_until_ms == 2_000_000_000_000)
    await rooms.set_muted(room_id, False)
    await until(lambda room: not room.muted and room.muted_until_ms is None)
    await rooms.set_muted(room_id, False)
    assert rooms.account_data(room_id, "m.marked_unread") == {"unread": True}


async def test_what_one_reads_and_writes_is_told(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    room_id = await made(alice, heard)
    await join(bob, room_id)
    event_id = (await send(bob, room_id)).ok()["event_id"]
    await heard.until(lambda: room_of(alice, room_id).unread == 1)
    await alice.rooms.mark_read(room_id, event_id, private=True)
    await heard.until(lambda: room_of(alice, room_id).fully_read_event == event_id)
    await heard.until(lambda: room_of(alice, room_id).unread == 0)
    second = (await send(bob, room_id)).ok()["event_id"]
    await alice.rooms.mark_read(room_id, second, fully_read=False)
    relation = {"rel_type": "m.thread", "event_id": event_id}
    answer = await send(bob, room_id, {"msgtype": "m.text", "body": "x", "m.relates_to": relation})
    await alice.rooms.mark_read(room_id, answer.ok()["event_id"], thread=event_id)
    await alice.rooms.set_fully_read(room_id, second)
    await heard.until(lambda: room_of(alice, room_id).fully_read_event == second)
    await alice.rooms.typing(room_id, True)
    await alice.rooms.typing(room_id, False)
    assert room_of(alice, room_id).typing == ()


async def test_an_upgrade_leads_to_another_room(alice: Client, heard: Heard[Change]) -> None:
    room_id = await made(alice, heard, replace(OPEN, room_version="11", name="Hut"))
    default, versions = await alice.rooms.room_versions()
    assert versions[default] == "stable"
    new_id = await alice.rooms.upgrade(room_id, "12", ["@carol:example.org"])
    await heard.until(lambda: alice.rooms.summary(new_id) is not None)
    await heard.until(lambda: room_of(alice, room_id).successor == new_id)
    await heard.until(lambda: room_of(alice, room_id).section is RoomSection.HIDDEN)
    assert room_of(alice, new_id).section is RoomSection.ROOMS
    assert alice.rooms.permissions(new_id).level_of("@carol:example.org") == inf


async def test_rooms_are_found_before_they_are_joined(alice: Client, bob: ApiClient) -> None:
    options = {"preset": "public_chat", "visibility": "public", "name": "Hut", "room_alias_name": "hut"}
    room_id = (await bob.post("/createRoom", options)).ok()["room_id"]
    space = {**options, "name": "Club", "room_alias_name": "club", "creation_content": {"type": "m.space"}}
    space_id = (await bob.post("/createRoom", space)).ok()["room_id"]
    rooms = alice.rooms
    page = await rooms.search_directory("hut", spaces=False)
    assert [(room.room_id, room.name, room.joined_members) for room in page.rooms] == [(room_id, "Hut", 1)]
    assert [room.room_id for room in (await rooms.search_directory(spaces=True)).rooms] == [space_id]
    first = await rooms.search_directory(limit=1)
    assert first.next_batch is not None
    second = await rooms.search_directory(limit=1, since=first.next_batch, server="example.org")
    assert {first.rooms[0].room_id, second.rooms[0].room_id} == {room_id, space_id}
    preview = await rooms.preview("#club:example.org", ["example.org"])
    assert (preview.room_id, preview.space, preview.join_rule) == (space_id, True, "public")
    resolved = await rooms.resolve_alias("#hut:example.org")
    assert (resolved.room_id, resolved.servers) == (room_id, ("example.org",))
    assert await rooms.join("#hut:example.org", ["example.org"]) == room_id
    event_id = (await send(bob, room_id)).ok()["event_id"]
    await rooms.report(room_id, event_id, "spam")
    await rooms.report(room_id, None, "spam")
    with pytest.raises(MatrixError):
        await rooms.preview("#none:example.org")


async def test_spaces_hold_rooms(alice: Client, bob: ApiClient, heard: Heard[Change]) -> None:
    rooms = alice.rooms
    space_id = await made(alice, heard, CreateRoom(space=True, name="Club", access=Access.PUBLIC))
    within = CreateRoom(parent=space_id, access=Access.RESTRICTED, encrypted=False, name="Hut")
    room_id = await made(alice, heard, within)
    other_id = await made(alice, heard, replace(OPEN, name="Cellar"))
    assert (room_of(alice, space_id).kind, room_of(alice, space_id).section) == (
        RoomKind.SPACE,
        RoomSection.HIDDEN,
    )
    await heard.until(lambda: room_of(alice, room_id).parents == (space_id,))
    assert rooms.canonical_space(room_id) == space_id
    await rooms.add_child(space_id, other_id, order="a", suggested=True)
    await heard.until(lambda: room_of(alice, other_id).parents == (space_id,))
    assert [(child.room_id, child.suggested) for child in rooms.space_children(space_id)] == [
        (other_id, True),
        (room_id, False),
    ]
    assert rooms.rooms_below(space_id) == {room_id, other_id}
    page = await rooms.space_hierarchy(space_id, limit=2)
    assert [room.preview.room_id for room in page.rooms] == [space_id, other_id]
    assert [child.room_id for child in page.rooms[0].children] == [other_id, room_id]
    rest = await rooms.space_hierarchy(space_id, limit=2, since=page.next_batch)
    assert [room.preview.name for room in rest.rooms] == ["Hut"]
    await rooms.remove_child(space_id, other_id)
    await heard.until(lambda: room_of(alice, other_id).parents == ())
    await rooms.leave(space_id)
    await heard.until(lambda: room_of(alice, room_id).parents == ())


async def test_image_packs_are_offered_in_their_order(alice: Client, heard: Heard[Change]) -> None:
    rooms = alice.rooms
    room_id = await made(alice, heard, replace(OPEN, name="Hut"))
    other_id = await made(alice, heard, replace(OPEN, name="Cellar"))
    cat = PackImage("cat", "mxc://example.org/cat", "a cat", {"w": 128}, USES)

    def pack(room: str, key: str, name: str = "Cats") -> ImagePack:
        return ImagePack(room, key, name, None, USES, "me", (cat,), False)

    await rooms.set_image_pack(pack("", "", "Mine"))
    await rooms.set_image_pack(pack(room_id, "room"))
    await rooms.set_image_pack(replace(pack(other_id, "other"), uses=frozenset({"sticker"})))
    await rooms.enable_pack(other_id, "other", True)
    await heard.until(lambda: len(rooms.image_packs(room_id)) == 3)
    offered = rooms.image_packs(room_id)
    assert [(found.room_id, found.name, found.enabled_everywhere) for found in offered] == [
        ("", "Mine", False),
        (other_id, "Cats", True),
        (room_id, "Cats", False),
    ]
    assert offered[2].images == (cat,)
    assert offered[1].uses == {"sticker"}
    await rooms.enable_pack(other_id, "other", False)
    await rooms.set_image_pack(replace(pack(room_id, "room"), images=()))
    await heard.until(lambda: [found.name for found in rooms.image_packs(room_id)] == ["Mine"])
    await rooms.set_state(room_id, "im.ponies.room_emotes", {"images": {"dog!": {"url": "mxc://a/b"}}}, "old")
    await heard.until(lambda: len(rooms.image_packs(room_id)) == 2)
    old = rooms.room_packs(room_id)[0]
    assert (old.name, old.images[0].body) == ("Hut", "dog!")
    await rooms.set_image_pack(replace(old, images=(cat,)))
    await heard.until(lambda: rooms.room_packs(room_id)[0].images == (cat,))


async def test_what_others_see_of_an_act_is_what_we_did(
    alice: Client, bob: ApiClient, heard: Heard[Change]
) -> None:
    room_id = await made(alice, heard)
    await join(bob, room_id)
    await alice.rooms.set_account_data(room_id, "org.example", {"a": 1})
    await alice.rooms.leave(room_id, "bye")
    assert await membership(bob, room_id, alice.me.user_id) == "leave"
    assert (await state(bob, room_id, "m.room.member", alice.me.user_id))["reason"] == "bye"
