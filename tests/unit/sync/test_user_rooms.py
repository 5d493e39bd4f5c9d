"""The order of a user's rooms, kept current by what has changed."""

from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.sliding_rooms import Standing
from homeserver.sync.last_changes import Changes, LastChanges
from homeserver.sync.sliding.user_rooms import UserRooms

IGNORED = 7


def membership(nid: int, what: str = "join", position: int = 1, *, forgotten: bool = False) -> RoomMembership:
    return RoomMembership(nid, what, position, position, forgotten)


def changed(position: int, kinds: int = Stream.EVENTS) -> Changes:
    changes = Changes()
    changes.note(kinds, position)
    return changes


def rooms_of(*memberships: RoomMembership, **activity: int) -> UserRooms:
    rooms = UserRooms()
    rooms.standings = {
        3: Standing(5, False, False, None),
        4: Standing(IGNORED, False, False, None),
        5: Standing(1, True, True, None),
        6: Standing(5, False, True, None),
        8: Standing(5, False, False, None),
    }
    known = {int(name[1:]): position for name, position in activity.items()}
    rooms.replace({room.room_nid: room for room in memberships}, frozenset({IGNORED}), known)
    return rooms


def test_rooms_move_up_when_something_happens_in_them() -> None:
    rooms = rooms_of(membership(1), membership(2), membership(3, "invite", 15), r1=10, r2=20)
    assert list(rooms.order) == [1, 3, 2]
    rooms.advance({1: changed(30), 2: changed(25), 3: changed(40)}, 40)
    assert list(rooms.order) == [3, 2, 1], "what happens in a room one is invited to is nobody's business"
    rooms.advance({2: changed(50, Stream.RECEIPTS)}, 50)
    assert list(rooms.order) == [3, 2, 1]
    rooms.set_activity({2: 60, 1: 70, 9: 80})
    assert list(rooms.order.items()) == [(3, 15), (2, 60), (1, 70)]


def test_which_rooms_are_in_the_list_and_which_only_where_they_were_shown() -> None:
    rooms = rooms_of(
        membership(3, "invite"), membership(4, "invite"), membership(5, "leave", 2), membership(6, "leave"),
        membership(8, "ban", 9), membership(9, "leave", forgotten=True),
    )  # fmt: skip
    assert rooms.order.keys() == {3, 6}
    assert rooms.departed == [(9, 8), (2, 5)]


def test_changed_rooms_are_found_by_whichever_way_is_shorter() -> None:
    changes = LastChanges()
    changes.start(10)
    for position, nid in ((11, 1), (12, 2), (13, 3), (14, 1)):
        changes._note(changes._rooms, nid, Stream.EVENTS, position)
    assert changes.rooms_since(11, {1, 2, 3, 4}) == changes.rooms_since(11, {1, 2, 3})
    found = changes.rooms_since(12, {1, 2, 3, 4})
    assert found is not None
    assert found.keys() == {1, 3}
    assert (changes.rooms_since(10, {2}) or {}).keys() == {2}
    assert changes.rooms_since(9, {1}) is None
