"""Which state a client wants of rooms."""

import msgspec
import pytest

from federation.protocol.ids import UserId
from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject
from homeserver.rooms.viewer import Viewer
from homeserver.sync.sliding.parse_request import SlidingBody
from homeserver.sync.sliding.request import MAX_TIMELINE, Dialect, RoomConfig, SlidingRequest
from homeserver.sync.sliding.required_state import RequiredState, required_state_from
from homeserver.sync.tokens import parse_stream_position

ALICE = UserId("@alice:example.org")
CREATE, NAME = ("m.room.create", ""), ("m.room.name", "")
ME, BOB = ("m.room.member", ALICE), ("m.room.member", "@bob:example.org")


def parsed(**body: object) -> SlidingRequest:
    return msgspec.convert(body, SlidingBody).parsed(Viewer(ALICE, 1), Dialect.UNSTABLE, None)


def config(required_state: object, timeline_limit: int = 1) -> RoomConfig:
    wanted = {"timeline_limit": timeline_limit, "required_state": required_state}
    return parsed(lists={"a": wanted}).lists["a"].config


def wants(required_state: object) -> set[tuple[str, str]]:
    required = config(required_state).required_state
    return {entry for entry in (CREATE, NAME, ME, BOB) if required.matches(entry)}


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([], set()),
        ([["m.room.create", ""]], {CREATE}),
        ([["*", ""]], {CREATE, NAME}),
        ([["m.room.member", "$ME"]], {ME}),
        ([["m.room.member", "*"]], {ME, BOB}),
        ([["*", "*"]], {CREATE, NAME, ME, BOB}),
        ([["*", "*"], ["m.room.member", "$LAZY"]], {CREATE, NAME}),
        ([["*", "*"], ["m.room.member", "$LAZY"], ["m.room.member", "$ME"]], {CREATE, NAME, ME}),
        ([["m.room.member", "*"], ["m.room.member", "$LAZY"]], {ME, BOB}),
    ],
)
def test_pairs_of_type_and_state_key(pairs: object, wanted: set[tuple[str, str]]) -> None:
    assert wants(pairs) == wanted


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        ({}, set()),
        ({"include": [{}]}, {CREATE, NAME, ME, BOB}),
        ({"include": [{}], "lazy_members": True}, {CREATE, NAME}),
        ({"include": [{}], "exclude": [{"type": "m.room.name"}], "lazy_members": True}, {CREATE}),
        ({"include": [{"state_key": ALICE}], "lazy_members": True}, {ME}),
        ({"include": [{"type": "m.room.member"}], "exclude": [{"state_key": ALICE}]}, {BOB}),
    ],
)
def test_selections_with_exclusions(selection: object, wanted: set[tuple[str, str]]) -> None:
    assert wants(selection) == wanted


def test_a_union_wants_what_either_wants_and_lazy_members_only_where_nobody_wants_all() -> None:
    lazy = config([["m.room.member", "$LAZY"], ["m.room.create", ""]], 5)
    all_members = config([["m.room.member", "*"]])
    names = config({"include": [{}], "exclude": [{"type": "m.room.member"}, {"type": "m.room.create"}]})
    assert lazy.required_state.lazy_members
    union = lazy.union(names)
    assert union.required_state.lazy_members
    assert union.timeline_limit == 5
    assert {e for e in (CREATE, NAME, ME) if union.required_state.matches(e)} == {CREATE, NAME}
    assert not union.union(all_members).required_state.lazy_members


def test_the_stored_form_means_the_same_and_equal_wants_have_equal_codes() -> None:
    required = config([["*", "*"], ["m.room.member", "$LAZY"], ["m.room.name", ""]]).required_state
    again = required_state_from(required.json)
    assert again == required
    assert again.code == required.code
    turned = config([["m.room.name", ""], ["m.room.member", "$LAZY"], ["*", "*"]]).required_state
    assert turned.code == required.code
    assert RequiredState().code != required.code


def test_what_is_asked_for_is_bounded() -> None:
    assert config([], 10**9).timeline_limit == MAX_TIMELINE
    many: JsonObject = {str(n): {} for n in range(101)}
    for lists in (many, {"a": {"range": [2, 1]}}):
        with pytest.raises(MatrixError):
            parsed(lists=lists)
    limits = parsed(extensions={"to_device": {"enabled": True, "limit": 10**9}}).extensions.to_device
    assert limits is not None
    assert limits.limit == 100


def test_extensions_are_off_unless_they_are_enabled() -> None:
    extensions = parsed(extensions={"e2ee": {}, "typing": {"enabled": False}, "receipts": {"enabled": True}})
    assert (extensions.extensions.e2ee, extensions.extensions.typing) == (False, None)
    assert extensions.extensions.receipts is not None


def test_a_position_is_a_sync_token_to_everybody_else() -> None:
    assert parse_stream_position("s1_abc_12_3~4.5") == 12
