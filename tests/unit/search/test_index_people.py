"""What people are found by, whatever others put into their names."""

import pytest

from federation.protocol.ids import UserId
from homeserver.search.index_people import is_open, words_of
from homeserver.storage.directory_users import NamedUser

STRANGER = UserId("@mallory:elsewhere.org")


def stranger(*members: str) -> NamedUser:
    return NamedUser(7, STRANGER, is_local=False, name=None, members=[member.encode() for member in members])


@pytest.mark.parametrize("name", ["[]", "{}", "7", "null", "true", '["Mallory"]', "1" + 400 * "0"])
def test_a_name_that_is_no_text_leaves_the_other_names(name: str) -> None:
    odd, plain = f'{{"content":{{"displayname":{name}}}}}', '{"content":{"displayname":"Mallory Moon"}}'
    assert words_of(stranger(odd, plain)) == " mallory mallory moon "


def test_a_stranger_in_no_room_is_found_by_nothing() -> None:
    assert words_of(stranger()) == ""


@pytest.mark.parametrize("rule", ["[]", "{}", "null", "1" + 400 * "0"])
def test_a_rule_that_is_no_text_opens_no_room(rule: str) -> None:
    join_rules = ("m.room.join_rules", f'{{"content":{{"join_rule":{rule}}}}}'.encode())
    visibility = ("m.room.history_visibility", f'{{"content":{{"history_visibility":{rule}}}}}'.encode())
    assert not is_open([join_rules, visibility])
