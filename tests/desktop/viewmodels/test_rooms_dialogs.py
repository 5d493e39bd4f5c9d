"""Making, finding, settling and leaving rooms, as the dialogs do it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl

from client_desktop.core.api import path
from client_desktop.core.client import Client
from client_desktop.core.errors import MatrixError
from client_desktop.core.values import ItemKind, Membership
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.create_room import CreateRoomModel
from client_desktop.viewmodels.directory import DirectoryModel
from client_desktop.viewmodels.invite import InviteModel
from client_desktop.viewmodels.members_admin import MembersAdminModel
from client_desktop.viewmodels.people_search import PeopleSearchModel
from client_desktop.viewmodels.report import ReportModel
from client_desktop.viewmodels.room_addresses import RoomAddressesModel
from client_desktop.viewmodels.room_export import RoomExportModel
from client_desktop.viewmodels.room_permissions import RoomPermissionsModel, role_name
from client_desktop.viewmodels.room_settings import RoomSettingsModel
from client_desktop.viewmodels.space_home import SpaceHomeModel
from client_desktop.viewmodels.user_card import UserCardModel
from tests.desktop.clients import OpenClient
from tests.desktop.viewmodels.conftest import Show, Until, shown

BOB = "@bob:example.org"

Make = Callable[..., Coroutine[Any, Any, str]]


@pytest.fixture
async def alice(open_client: OpenClient) -> Client:
    return await open_client("alice")


@pytest.fixture
def make(bridge: Bridge, show: Show, alice: Client, until: Until) -> Make:
    """`room_id = await make(name="Hut")`: a room of Alice's, by the dialog."""

    async def make_room(space_id: str = "", **options: object) -> str:
        model = CreateRoomModel(bridge)
        await show(model, alice)
        made: list[str] = []
        model.created.connect(made.append)
        model.begin(space_id)
        await model.settle()
        model.create({"name": "Hut", "encrypted": False, **options})
        await model.settle()
        assert shown(model, "error") == ""
        await until(lambda: alice.rooms.summary(made[0]) is not None)
        return made[0]

    return make_room


async def test_room_without_a_name_is_not_made(bridge: Bridge, show: Show, alice: Client) -> None:
    model = CreateRoomModel(bridge)
    await show(model, alice)
    model.create({"name": "  "})
    assert shown(model, "error") == "Give it a name."
    assert alice.rooms.list() == ()


async def test_public_room_is_found_in_the_directory_and_joined(
    bridge: Bridge, show: Show, make: Make, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(name="Photography", access="public", alias="photos", topic="Light\nand shade")
    bob = await open_client("bob")
    directory = DirectoryModel(bridge)
    await show(directory, bob)
    directory.search("photo", False)
    await directory.settle()
    (row,) = directory.property("rooms").rows
    assert (row.name, row.topic, row.alias, row.act) == (
        "Photography",
        "Light and shade",
        "#photos:example.org",
        "join",
    )
    joined: list[str] = []
    directory.joined.connect(joined.append)
    directory.join(room_id)
    await directory.settle()
    assert joined == [room_id]
    await until(lambda: bob.rooms.summary(room_id) is not None)
    directory.search("", False)
    await directory.settle()
    assert [row.act for row in directory.property("rooms").rows] == ["open"]


async def test_link_to_a_room_shows_it_before_it_is_joined(
    bridge: Bridge, show: Show, make: Make, open_client: OpenClient
) -> None:
    room_id = await make(name="Photography", access="public", alias="photos")
    directory = DirectoryModel(bridge)
    await show(directory, await open_client("bob"))
    directory.showRoom("#photos:example.org", [])
    await directory.settle()
    assert [(row.room_id, row.act) for row in directory.property("rooms").rows] == [(room_id, "join")]
    directory.showRoom("#nowhere:example.org", [])
    await directory.settle()
    assert str(shown(directory, "error")).endswith(".")


async def test_history_is_exported_to_a_folder_of_its_own(
    bridge: Bridge, show: Show, make: Make, alice: Client, tmp_path: Path
) -> None:
    room_id = await make(name="Hut/..: a")
    export = RoomExportModel(bridge)
    await show(export, alice)
    export.begin(room_id)
    await export.settle()
    export.startExport(QUrl.fromLocalFile(str(tmp_path)), "json", False)
    await export.settle()
    assert (shown(export, "step"), shown(export, "error")) == ("done", "")
    written = Path(str(shown(export, "path")))
    assert await asyncio.to_thread(written.is_file)
    assert written.parent == tmp_path / "Parlour Hut____ a"


async def test_room_that_is_asked_about_lets_in_who_knocks(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="knock")
    bob = await open_client("bob")
    directory = DirectoryModel(bridge)
    await show(directory, bob)
    directory.knock(room_id, "I bring bread")
    await directory.settle()
    assert shown(directory, "error") == ""
    members = MembersAdminModel(bridge)
    await show(members, alice)
    members.begin(room_id)
    await members.settle()
    members.setTab("knock")
    await until(lambda: [row.user_id for row in members.property("members").rows] == [BOB])
    (row,) = members.property("members").rows
    assert (row.reason, row.may_let_in) == ("I bring bread", True)
    members.letIn(BOB)
    await members.settle()
    await until(lambda: (room := bob.rooms.summary(room_id)) and room.membership is Membership.INVITE)


async def test_space_holds_the_rooms_that_are_made_and_added_there(
    bridge: Bridge, show: Show, make: Make, alice: Client, until: Until
) -> None:
    space_id = await make(name="Club", space=True)
    inside = await make(space_id, name="Hut", access="restricted")
    outside = await make(name="Elsewhere")
    space = SpaceHomeModel(bridge)
    await show(space, alice)
    await until(lambda: alice.rooms.space_children(space_id))
    space.begin(space_id)
    await space.settle()
    assert [row.room_id for row in space.property("rooms").rows] == [inside]
    assert shown(space, "mayChange")
    space.findCandidates("else")
    await space.settle()
    assert [row.room_id for row in space.property("candidates").rows] == [outside]
    space.choose(outside)
    space.addChosen()
    await space.settle()
    await until(lambda: len(space.property("rooms").rows) == 2)
    space.remove(inside)
    await space.settle()
    assert [row.room_id for row in space.property("rooms").rows] == [outside]


async def test_people_are_found_by_name_and_invited_together(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(name="Hut", access="public")
    bob, carol = await open_client("bob"), await open_client("carol")
    await carol.rooms.join(room_id)
    search = PeopleSearchModel(bridge)
    invite = InviteModel(bridge, search)
    for model in (search, invite):
        await show(model, alice)
    await until(lambda: alice.rooms.member(room_id, "@carol:example.org"))
    invite.begin(room_id)
    await invite.settle()
    search.search("@carol:example.org")
    await search.settle()
    assert [(row.user_id, row.note) for row in search.found] == [("@carol:example.org", "Is here already")]
    search.search(BOB)
    await search.settle()
    search.choose("@carol:example.org")
    search.choose(BOB)
    assert [row.user_id for row in search.picked] == [BOB]
    done: list[str] = []
    invite.done.connect(done.append)
    invite.submit()
    await invite.settle()
    assert done == [room_id]
    await until(lambda: bob.rooms.summary(room_id) is not None)


async def test_invitation_that_is_refused_says_whose(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make()
    bob = await open_client("bob")
    await alice.rooms.ban(room_id, bob.me.user_id)
    search = PeopleSearchModel(bridge)
    invite = InviteModel(bridge, search)
    for model in (search, invite):
        await show(model, alice)
    invite.begin(room_id)
    await invite.settle()
    search.search(BOB)
    await search.settle()
    search.choose(BOB)
    invite.submit()
    await invite.settle()
    assert f"These could not be invited: {BOB}" in str(shown(invite, "error"))


async def test_settings_change_the_room_at_once_and_show_what_became_of_it(
    bridge: Bridge, show: Show, make: Make, alice: Client, until: Until
) -> None:
    room_id = await make()
    settings = RoomSettingsModel(bridge)
    await show(settings, alice)
    settings.begin(room_id)
    await settings.settle()

    def room() -> dict[str, Any]:
        view = shown(settings, "room")
        assert isinstance(view, dict)
        return view

    settings.setName("Mountain hut")
    settings.setTopic("Weather")
    settings.setHistory("joined")
    settings.setJoinRule("knock")
    await settings.settle()
    await until(lambda: (room()["name"], room()["topic"]) == ("Mountain hut", "Weather"))
    await until(lambda: (room()["history"], room()["joinRule"]) == ("joined", "knock"))
    settings.setPublished(True)
    settings.encrypt()
    await settings.settle()
    await until(lambda: room()["encrypted"])
    assert shown(settings, "published")


async def test_what_nobody_may_change_is_refused_in_words(
    bridge: Bridge, show: Show, make: Make, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="public")
    bob = await open_client("bob")
    await bob.rooms.join(room_id)
    await until(lambda: bob.rooms.summary(room_id) is not None)
    settings = RoomSettingsModel(bridge)
    await show(settings, bob)
    settings.begin(room_id)
    await settings.settle()
    assert shown(settings, "room")["mayName"] is False  # type: ignore[index]
    settings.setName("Mine now")
    await settings.settle()
    assert str(shown(settings, "error")).startswith("You are not allowed")
    assert shown(settings, "room")["name"] == "Hut"  # type: ignore[index]


async def test_leaving_takes_the_room_away(
    bridge: Bridge, show: Show, make: Make, alice: Client, until: Until
) -> None:
    room_id = await make()
    settings = RoomSettingsModel(bridge)
    await show(settings, alice)
    left: list[str] = []
    settings.left.connect(left.append)
    settings.begin(room_id)
    await settings.settle()
    settings.leave(True)
    await settings.settle()
    assert left == [room_id]
    await until(lambda: alice.rooms.summary(room_id) is None)


async def test_permission_editor_sets_what_acts_take_and_who_has_which_role(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="public")
    bob = await open_client("bob")
    await bob.rooms.join(room_id)
    permissions = RoomPermissionsModel(bridge)
    await show(permissions, alice)
    await until(lambda: alice.rooms.member(room_id, BOB))
    permissions.begin(room_id)
    await permissions.settle()

    def level(word: str) -> int:
        return int(next(row.level for row in permissions.property("acts").rows if row.word == word))

    permissions.setAct("invite", 100)
    await permissions.settle()
    await until(lambda: level("invite") == 100)
    permissions.setAct("topic", 0)
    await permissions.settle()
    await until(lambda: level("topic") == 0)
    permissions.setAct("notify_room", 0)
    await permissions.settle()
    await until(lambda: level("notify_room") == 0)
    permissions.setRole(BOB, 50)
    await permissions.settle()
    await until(
        lambda: (
            [(row.user_id, row.role) for row in permissions.property("people").rows][1:]
            == [(BOB, "Moderator")]
        )
    )
    permissions.setRole(BOB, 42)
    await permissions.settle()
    await until(lambda: [row.level for row in permissions.property("people").rows][1:] == [42])
    assert permissions.property("people").rows[1].role == "Level 42"
    assert shown(permissions, "highest") == 999_999_999
    creator = permissions.property("people").rows[0]
    assert (creator.role, creator.creator, creator.editable) == ("Creator", True, False)


def test_levels_in_between_are_named_by_their_number(bridge: Bridge) -> None:
    assert [role_name(level) for level in (100, 50, 0, 42, float("inf"))] == [
        "Admin",
        "Moderator",
        "Member",
        "Level 42",
        "Creator",
    ]


async def test_main_address_is_named_by_the_room_and_taken_back(
    bridge: Bridge, show: Show, make: Make, alice: Client, until: Until
) -> None:
    room_id = await make()
    addresses = RoomAddressesModel(bridge)
    await show(addresses, alice)
    addresses.begin(room_id)
    await addresses.settle()
    addresses.add("with space")
    assert str(shown(addresses, "error")).startswith("Use letters")
    addresses.add("#hut")
    await addresses.settle()
    await until(lambda: shown(addresses, "main") == "#hut:example.org")
    addresses.remove("#hut:example.org")
    await addresses.settle()
    await until(lambda: shown(addresses, "addresses") == [])
    assert (await alice.rooms.aliases(room_id)) == ()


async def test_members_are_banned_with_a_reason_and_let_back(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="public")
    bob = await open_client("bob")
    await bob.rooms.join(room_id)
    await until(lambda: alice.rooms.member(room_id, BOB))
    members = MembersAdminModel(bridge)
    await show(members, alice)
    members.begin(room_id)
    await members.settle()
    members.search("bob")
    await until(lambda: [row.may_ban for row in members.property("members").rows] == [True])
    members.ban(BOB, "no bread", False)
    await members.settle()
    members.setTab("ban")
    await until(lambda: [row.reason for row in members.property("members").rows] == ["no bread"])
    members.unban(BOB)
    await members.settle()
    await until(lambda: len(members.property("members").rows) == 0)


async def test_what_somebody_wrote_goes_with_them_where_that_is_wanted(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="public")
    bob = await open_client("bob")
    await bob.rooms.join(room_id)
    for text in ("buy this", "and that"):
        bob.outbox.send_text(room_id, text)
    alice.outbox.send_text(room_id, "mine")
    timeline = await alice.timelines.open(room_id)

    def said() -> list[str]:
        return [item.body for item in timeline.items if item.kind is ItemKind.TEXT]

    await until(lambda: sorted(said()) == ["and that", "buy this", "mine"])
    members = MembersAdminModel(bridge)
    await show(members, alice)
    members.begin(room_id)
    await members.settle()
    assert shown(members, "mayRedact")
    members.ban(BOB, "advertising", True)
    await members.settle()
    await until(lambda: said() == ["mine"] and not alice.outbox.pending(room_id))
    removed = [item for item in timeline.items if item.kind is ItemKind.REDACTED]
    assert {item.redaction_reason for item in removed} == {"advertising"}
    timeline.close()


async def test_room_that_is_left_can_be_forgotten(
    bridge: Bridge, show: Show, make: Make, alice: Client, until: Until
) -> None:
    room_id = await make()
    settings = RoomSettingsModel(bridge)
    await show(settings, alice)
    settings.begin(room_id)
    await settings.settle()
    settings.leave(True)
    await settings.settle()
    await until(lambda: alice.rooms.summary(room_id) is None)
    with pytest.raises(MatrixError):
        await alice.api.get(path("/_matrix/client/v3/rooms/{}/messages", room_id), {"dir": "b"})


async def test_card_of_a_person_opens_the_chat_and_ignores(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    room_id = await make(access="public")
    bob = await open_client("bob")
    await bob.rooms.join(room_id)
    await until(lambda: alice.rooms.member(room_id, BOB))
    card = UserCardModel(bridge)
    await show(card, alice)
    card.begin(BOB, room_id)
    await card.settle()

    def person() -> dict[str, Any]:
        view = shown(card, "person")
        assert isinstance(view, dict)
        return view

    assert (person()["mayBan"], person()["role"], person()["trust"]) == (True, "Member", "unknown")
    assert [room["roomId"] for room in shown(card, "mutual")] == [room_id]  # type: ignore[attr-defined]
    card.setIgnored(True)
    await card.settle()
    await until(lambda: person()["ignored"])
    card.setIgnored(False)
    await card.settle()
    opened: list[str] = []
    card.chatOpened.connect(opened.append)
    card.message()
    await card.settle()
    await until(lambda: alice.rooms.direct_room(BOB) == opened[0])


async def test_report_reaches_the_server_and_can_ignore_too(
    bridge: Bridge, show: Show, make: Make, alice: Client, open_client: OpenClient, until: Until
) -> None:
    await open_client("bob")
    room_id = await make()
    report = ReportModel(bridge)
    await show(report, alice)
    done: list[bool] = []
    report.done.connect(lambda: done.append(True))
    report.begin(room_id, "", "")
    assert shown(report, "kind") == "room"
    report.submit("spam", False)
    await report.settle()
    report.begin("", "", BOB)
    await report.settle()
    report.submit("spam", True)
    await report.settle()
    assert (done, shown(report, "error")) == ([True, True], "")
    await until(lambda: BOB in alice.people.ignored())
