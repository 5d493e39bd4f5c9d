import pytest

from federation.protocol.ids import ServerName
from homeserver.accounts.login import local_user_id
from homeserver.accounts.usernames import new_user_id, random_user_id
from homeserver.errors import InvalidUsername

HERE = ServerName("example.org")


@pytest.mark.parametrize("username", ["alice", "q3._=-/+", "0", "_bot"])
def test_strict_localparts_can_be_had(username: str) -> None:
    assert new_user_id(username, HERE) == f"@{username}:example.org"


def test_capitals_become_small_letters() -> None:
    assert new_user_id("Alice", HERE) == "@alice:example.org"


@pytest.mark.parametrize("username", ["", *"!\":?\\@[]{|}£é\n'\0 ", "Kelvin\u212a", "a:b", "\u0131"])
def test_everything_else_is_refused(username: str) -> None:
    with pytest.raises(InvalidUsername):
        new_user_id(username, HERE)


def test_user_id_has_at_most_255_bytes() -> None:
    assert len(new_user_id("a" * (255 - len("@:example.org")), HERE)) == 255
    with pytest.raises(InvalidUsername):
        new_user_id("a" * 250, HERE)


def test_random_name_is_legal() -> None:
    user_id = random_user_id(HERE)
    assert new_user_id(user_id[1:].partition(":")[0], HERE) == user_id


@pytest.mark.parametrize("user", ["alice", "@alice:example.org", "ALICE", "@Alice:example.org"])
def test_user_can_be_named_by_localpart_or_whole_id(user: str) -> None:
    assert local_user_id(user, HERE) == "@alice:example.org"


@pytest.mark.parametrize("user", ["@alice:elsewhere.org", "@alice", "", "@alice:EXAMPLE.org", "a\0b"])
def test_user_of_another_server_or_of_none_is_nobody_here(user: str) -> None:
    assert local_user_id(user, HERE) in (None, "@:example.org")
