"""Who may do what, by the room's state alone."""

from math import inf

import pytest

from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.permissions import Permissions, read_permissions

ME, BOB = "@me:a.org", "@bob:b.org"


def create(version: str | None, **content: object) -> JsonObject:
    return {"sender": ME, "content": {**({} if version is None else {"room_version": version}), **content}}


def rights(level: int = 0, *, joined: bool = True, **levels: object) -> Permissions:
    content = {"users": {ME: level, BOB: 50}, **levels}
    return read_permissions(ME, joined, create("11"), content)


@pytest.mark.parametrize("version", [None, "1", "10", "11"])
def test_creators_of_old_rooms_are_like_anybody_else(version: str | None) -> None:
    assert read_permissions(ME, True, create(version), None).own_level == 100
    assert read_permissions(ME, True, create(version), {}).own_level == 0


@pytest.mark.parametrize("version", ["12", "13", "org.matrix.hydra.11"])
def test_creators_of_new_rooms_have_infinite_power(version: str) -> None:
    made = create(version, additional_creators=[BOB, 7])
    permissions = read_permissions(ME, True, made, {"users": {ME: 0}})
    assert (permissions.own_level, permissions.level_of(BOB)) == (inf, inf)
    assert not permissions.may_ban(BOB)
    assert not permissions.may_set_level(BOB, 0)


def test_a_version_of_somebody_elses_gives_nobody_infinite_power() -> None:
    assert read_permissions(ME, True, create("com.example.9"), {}).own_level == 0


def test_nobody_acts_outside_of_the_room() -> None:
    permissions = rights(100, joined=False)
    assert not permissions.may_send()
    assert not permissions.may_state("m.room.name")
    assert not permissions.may_invite()
    assert not permissions.may_kick()


def test_defaults_are_those_of_the_specification() -> None:
    nobody, moderator = rights(0), rights(50)
    assert nobody.may_send()
    assert nobody.may_invite()
    assert nobody.may_redact(ME)
    assert not nobody.may_redact(BOB)
    assert not nobody.may_state("m.room.topic")
    assert not nobody.may_mention_room()
    assert moderator.may_redact()
    assert moderator.may_state("m.room.topic")
    assert moderator.may_mention_room()
    assert moderator.may_kick("@eve:b.org")
    assert moderator.may_unban("@eve:b.org")
    assert not moderator.may_kick(BOB)
    assert not moderator.may_ban(BOB)


def test_levels_are_given_below_ones_own() -> None:
    permissions = rights(75)
    assert permissions.may_set_level(BOB, 75)
    assert permissions.may_set_level(ME, 0)
    assert not permissions.may_set_level(BOB, 76)
    assert not rights(50).may_set_level(BOB, 0)
    assert not rights(0).may_set_level(ME, 0)


def test_levels_written_as_text_count_in_old_rooms() -> None:
    permissions = rights(
        ban="75", kick="x" * 99, redact=None, events={"m.room.name": " 5 "}, users_default=True
    )
    assert permissions.levels["ban"] == 75
    assert (permissions.levels["kick"], permissions.levels["redact"]) == (50, 50)
    assert permissions.level_to_send("m.room.name", state=True) == 5
    assert permissions.level_of("@x:y") == 0
    assert rights(invite="many").levels["invite"] == 0
