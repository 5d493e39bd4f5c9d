"""History visibility: who may see an event, given the state of the room at it."""

import pytest

from homeserver.rooms.visibility_rules import Circumstances, Timetable, may_see, visibility_of


@pytest.mark.parametrize(
    ("visibility", "membership", "joined_later", "expected"),
    [
        ("world_readable", "leave", False, True),
        ("world_readable", "ban", False, True),
        ("shared", "join", False, True),
        ("shared", "leave", True, True),
        ("shared", "leave", False, False),
        ("shared", "invite", False, False),
        ("invited", "join", False, True),
        ("invited", "invite", False, True),
        ("invited", "invite", True, True),
        ("invited", "leave", True, False),
        ("invited", "knock", True, False),
        ("joined", "join", False, True),
        ("joined", "invite", True, False),
        ("joined", "leave", True, False),
    ],
)
def test_state_at_the_event_decides(
    visibility: str, membership: str, joined_later: bool, expected: bool
) -> None:
    assert may_see(Circumstances(visibility, membership, joined_later)) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("world_readable", "joined", True),
        ("joined", "world_readable", True),
        ("joined", "shared", True),
        ("shared", "joined", True),
        ("joined", "invited", False),
    ],
)
def test_change_of_visibility_is_seen_by_who_may_see_either_side(
    before: str, after: str, expected: bool
) -> None:
    at = Circumstances(before, "leave", joined_later=True)
    assert may_see(at, new_visibility=after) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("leave", "join", True),
        ("join", "leave", True),
        ("join", "ban", True),
        ("invite", "leave", True),
        ("knock", "leave", True),
        ("leave", "invite", False),
        ("leave", "ban", False),
    ],
)
def test_own_membership_is_seen_on_either_side_of_joining(before: str, after: str, expected: bool) -> None:
    assert may_see(Circumstances("joined", before, joined_later=False), new_membership=after) is expected


def test_membership_of_others_follows_the_visibility() -> None:
    assert not may_see(Circumstances("joined", "leave", joined_later=True))


@pytest.mark.parametrize(
    "content", [{}, {"history_visibility": "secret"}, {"history_visibility": ["joined"]}]
)
def test_visibility_that_is_not_understood_is_shared(content: dict[str, object]) -> None:
    assert visibility_of(content) == "shared"


def test_timetable_has_the_last_value_up_to_a_position() -> None:
    table = Timetable([(3, "joined"), (7, "shared")], "leave")
    assert [table.after(position) for position in (0, 2, 3, 6, 7, 100)] == [
        "leave",
        "leave",
        "joined",
        "joined",
        "shared",
        "shared",
    ]
