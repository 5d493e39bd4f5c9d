"""Registration files: what is taken, and that everything wrong is said at once, without secrets."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId
from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.read_registrations import read_registrations
from homeserver.config.problems import ConfigProblems

SERVER = ServerName("example.org")

MAUTRIX = """
id: telegram
as_token: "secret of the bridge"
hs_token: hs-secret
namespaces:
    users:
        - exclusive: true
          regex: '@telegram_.*:example\\.org'
        - exclusive: true
          regex: '@telegrambot:example\\.org'
    aliases:
        - exclusive: true
          regex: \\#telegram_.*:example\\.org
url: http://localhost:29317
sender_localpart: SrBcVoZNn6tnhM1QAgo9QCfi
rate_limited: false
de.sorunome.msc2409.push_ephemeral: true
receive_ephemeral: true
org.matrix.msc3202: true
io.element.msc4190: true
"""


def registration(**keys: Any) -> dict[str, Any]:
    return {
        "id": "irc",
        "url": "https://bridge.example.org/irc/",
        "as_token": "as-secret",
        "hs_token": "hs-secret",
        "sender_localpart": "_irc_bot",
        "namespaces": {"users": [{"exclusive": True, "regex": "@_irc_.*"}], "rooms": [], "aliases": []},
        **keys,
    }


def write(folder: Path, name: str, document: object) -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    return path


def problems_of(paths: list[Path]) -> str:
    with pytest.raises(ConfigProblems) as caught:
        read_registrations(paths, SERVER)
    return "\n".join(caught.value.problems)


def test_folder_of_files_is_read(tmp_path: Path) -> None:
    write(tmp_path, "telegram.yaml", MAUTRIX.replace("secret of the bridge", "secret"))
    write(tmp_path, "irc.yml", registration(protocols=["irc", "irc"], rate_limited=True))
    write(tmp_path, "notes.txt", "nothing of ours")
    irc, telegram = read_registrations([tmp_path], SERVER)
    assert (irc.id, irc.url, irc.protocols, irc.rate_limited) == (
        "irc", "https://bridge.example.org/irc", ("irc",), True,
    )  # fmt: skip
    flags = [(each.receives_ephemeral, each.encrypted, each.rate_limited) for each in (irc, telegram)]
    assert flags == [(False, False, True), (True, True, False)]
    assert telegram.sender == "@SrBcVoZNn6tnhM1QAgo9QCfi:example.org"
    assert telegram.covers_user(UserId("@telegram_1:example.org"))
    assert not telegram.covers_user(UserId("@telegram_1:example.com"))
    assert telegram.owns_alias(RoomAlias("#telegram_x:example.org"))
    assert "secret" not in repr(telegram)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    first = write(tmp_path, "a.yaml", registration())
    second = write(tmp_path, "b.yaml", registration(url="ftp://x", hs_token=5, protocols="irc"))
    third = write(
        tmp_path, "c.yaml",
        registration(id="c", namespaces={"users": [{"regex": "(a+)+"}, "@x"], "rooms": 7}),
    )  # fmt: skip
    fourth = write(
        tmp_path, "d.yaml", registration(sender_localpart="_irc_bot", id="d", as_token="as-secret")
    )
    fifth, sixth = write(tmp_path, "e.yaml", "a: ["), write(tmp_path, "f.yaml", "- just\n- a list\n")
    said = problems_of([first, second, third, fourth, fifth, sixth, tmp_path / "missing"])
    for expected in (
        f"{second}: url: should be null, or begin with http",
        f"{second}: hs_token: should be",
        f"{second}: protocols: should be a list",
        f"{third}: namespaces.users[0].regex: repeats a repetition",
        f"{third}: namespaces.users[1]: should have `regex`",
        f"{third}: namespaces.rooms: should be a list",
        f"{fourth}: as_token: is that of {first} too",
        f"{fourth}: sender_localpart: is that of {first} too",
        f"{fifth}: is not YAML, line",
        f"{sixth}: is not a table",
        "missing is neither a file nor a folder",
    ):
        assert expected in said
    assert "as-secret" not in said


@pytest.mark.parametrize("missing", ["id", "url", "as_token", "hs_token", "sender_localpart", "namespaces"])
def test_what_the_specification_requires_is_required(tmp_path: Path, missing: str) -> None:
    document = registration()
    del document[missing]
    assert f"{missing}: " in problems_of([write(tmp_path, "a.yaml", document)])


def test_same_id_twice_is_refused(tmp_path: Path) -> None:
    other = registration(as_token="another", sender_localpart="other")
    paths = [write(tmp_path, "a.yaml", registration()), write(tmp_path, "b.yaml", other)]
    assert "id: is that of" in problems_of(paths)


def test_url_may_be_null(tmp_path: Path) -> None:
    (found,) = read_registrations([write(tmp_path, "a.yaml", registration(url=None))], SERVER)
    assert found.url is None


def test_names_have_one_exclusive_owner_and_many_who_are_interested(tmp_path: Path) -> None:
    logger = registration(
        id="log", as_token="other", sender_localpart="log",
        namespaces={
            "users": [{"exclusive": False, "regex": "@.*"}],
            "rooms": [{"exclusive": False, "regex": "!abc.*"}],
        },
    )  # fmt: skip
    paths = [write(tmp_path, "a.yaml", registration()), write(tmp_path, "b.yaml", logger)]
    irc, log = registrations = read_registrations(paths, SERVER)
    known = KnownAppservices(registrations)
    assert known.owner_of_user(UserId("@_irc_bob:example.org")) is irc
    assert log.covers_user(UserId("@_irc_bob:example.org"))
    assert known.owner_of_user(UserId("@alice:example.org")) is None
    assert known.owner_of_user(UserId("@log:example.org")) is log
    assert log.covers_room(RoomId("!abcdef:elsewhere.org"))
    assert known.by_token("as-secret") is irc
    assert known.by_token("as-secret ") is None
