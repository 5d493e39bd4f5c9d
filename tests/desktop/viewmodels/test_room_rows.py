"""The list of rooms: what is in it, in which order, and what each line says."""

from __future__ import annotations

from client_desktop.core.values import InviteDetails, Membership, RoomKind, RoomSection, RoomSummary
from client_desktop.viewmodels.room_row import ListChoice, RoomFilter, room_row, rooms_inside, rows_of, totals
from tests.desktop.viewmodels.values import NOON_MS, a_room


def listed(*rooms: RoomSummary, choice: ListChoice = ListChoice(), current: str = "") -> list[str]:  # noqa: B008
    return [row.name for row in rows_of({room.room_id: room for room in rooms}, choice, current)]


def test_sections_stand_in_their_order_and_empty_ones_are_left_out() -> None:
    invited = a_room("inv", section=RoomSection.INVITES, membership=Membership.INVITE)
    favourite = a_room("fav", section=RoomSection.FAVOURITES)
    assert listed(a_room("plain"), favourite, invited) == [
        "Invitations", "inv", "Favourites", "fav", "Rooms", "plain",
    ]  # fmt: skip


def test_mentions_come_first_then_unread_then_the_newest() -> None:
    rooms = [
        a_room("old", last_at_ms=NOON_MS - 2),
        a_room("new", last_at_ms=NOON_MS - 1),
        a_room("unread", unread=1, last_at_ms=NOON_MS - 9),
        a_room("mentioned", unread=1, mentions=1, last_at_ms=NOON_MS - 10),
        a_room("muted", unread=5, muted=True, last_at_ms=NOON_MS - 11),
    ]
    assert listed(*rooms) == ["Rooms", "mentioned", "unread", "new", "old", "muted"]


def test_favourites_stand_where_the_user_put_them() -> None:
    favourites = [
        a_room("b", section=RoomSection.FAVOURITES, order=0.5),
        a_room("a", section=RoomSection.FAVOURITES, order=0.1),
        a_room("c", section=RoomSection.FAVOURITES),
    ]
    assert listed(*favourites) == ["Favourites", "a", "b", "c"]


def test_hidden_rooms_are_not_listed() -> None:
    assert listed(a_room("space", section=RoomSection.HIDDEN, kind=RoomKind.SPACE)) == []


def test_a_collapsed_section_says_what_it_hides() -> None:
    rows = rows_of(
        {room.room_id: room for room in (a_room("a", unread=2), a_room("b", unread=3, mentions=1))},
        ListChoice(collapsed=frozenset({"rooms"})),
        "",
    )
    assert [(row.header, row.unread, row.mentions) for row in rows] == [(True, 5, 1)]


def test_the_open_room_stays_whatever_the_filter_says() -> None:
    rooms = (a_room("read"), a_room("unread", unread=1), a_room("other"))
    choice = ListChoice(filter=RoomFilter.UNREAD)
    assert listed(*rooms, choice=choice, current="!read:x") == ["Rooms", "unread", "read"]


def test_words_find_names_addresses_and_people() -> None:
    rooms = (
        a_room("Mountain"),
        a_room("b", canonical_alias="#mount:x"),
        a_room("c", direct_user="@mountie:x"),
        a_room("d"),
    )
    assert listed(*rooms, choice=ListChoice(words="MOUNT")) == ["Rooms", "Mountain", "b", "c"]


def test_a_space_shows_what_it_and_its_spaces_hold() -> None:
    rooms = {
        room.room_id: room
        for room in (
            a_room("inner", kind=RoomKind.SPACE, parents=("!outer:x",), section=RoomSection.HIDDEN),
            a_room("deep", parents=("!inner:x",)),
            a_room("near", parents=("!outer:x",)),
            a_room("far"),
        )
    }
    assert rooms_inside(rooms, "!outer:x") == {"!inner:x", "!deep:x", "!near:x"}
    assert [row.name for row in rows_of(rooms, ListChoice(space="!outer:x"), "")] == ["Rooms", "deep", "near"]


def test_spaces_that_hold_each_other_end() -> None:
    rooms = {room.room_id: room for room in (a_room("a", parents=("!b:x",)), a_room("b", parents=("!a:x",)))}
    assert rooms_inside(rooms, "!a:x") == {"!a:x", "!b:x"}


def test_the_second_line_says_the_most_urgent() -> None:
    invite = a_room("i", membership=Membership.INVITE, invite=InviteDetails("@a:x", "Ann", ""))
    assert room_row(invite).text == "Ann invites you"
    assert room_row(a_room("t", typing=("Ann",), draft=True)).text == "Ann is typing …"
    assert room_row(a_room("d", draft=True, last_text="hi")).text == "Draft"
    assert room_row(a_room("l", last_text="hi", last_sender_name="Ann")).text == "Ann: hi"
    direct = a_room("p", kind=RoomKind.DIRECT, last_text="hi", last_sender_name="Ann")
    assert room_row(direct).text == "hi"


def test_muted_rooms_count_only_by_their_mentions() -> None:
    assert totals([a_room("a", unread=3, mentions=1, muted=True), a_room("b", marked_unread=True)]) == (1, 1)
