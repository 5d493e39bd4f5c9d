"""What becomes of a room key when the same session is told of again, by whomever."""

from collections.abc import Iterator

import pytest
import vodozemac
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_desktop.core.changes import Change, Changes
from client_desktop.core.crypto import room_keys as module
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.exported_keys import ExportedKey
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.room_keys import RoomKeys
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import (
    Origin,
    count_inbound,
    count_not_backed_up,
    iterate_inbound,
    mark_backed_up,
    select_not_backed_up,
)
from tests.desktop.crypto.devices import PICKLE_KEY
from tests.support.fake_clock import FakeClock

ROOM = "!room:example.org"


class Maker:
    """Somebody's device with a Megolm session."""

    def __init__(self, user_id: str = "@alice:example.org") -> None:
        account = vodozemac.Account()
        self.user_id = user_id
        self.curve25519, self.ed25519 = account.curve25519_key.to_base64(), account.ed25519_key.to_base64()
        self.outbound = vodozemac.GroupSession()
        self.session_id = self.outbound.session_id
        self.readable = vodozemac.InboundGroupSession(self.outbound.session_key)
        self.keys = [self.outbound.session_key.to_base64()]

    def advance(self, index: int) -> None:
        while self.outbound.message_index < index:
            self.outbound.encrypt(b"")
            self.keys.append(self.outbound.session_key.to_base64())

    def room_key(self, index: int = 0, changes: dict[str, object] | None = None) -> ToDeviceMessage:
        self.advance(index)
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": ROOM,
            "session_id": self.session_id,
            "session_key": self.keys[index],
            **(changes or {}),
        }
        return ToDeviceMessage(
            "m.room_key",
            self.user_id,
            content,
            encrypted=True,
            sender_key=self.curve25519,
            claimed_ed25519=self.ed25519,
        )

    def exported(self, index: int = 0, shared_history: bool = False) -> ExportedKey:
        key = self.readable.export_at(index)
        assert key is not None
        return ExportedKey(
            ROOM, self.session_id, key.to_base64(), self.curve25519, self.ed25519, (), shared_history
        )


class Keys:
    """The keys of an account, in a store of its own."""

    def __init__(self) -> None:
        self.store = Store.open_in_memory()
        changes = Changes()
        self.told: list[Change] = []
        changes.listen(Change, self.told.append)
        self.clock = FakeClock()
        account = OlmAccount.open(self.store, PICKLE_KEY, "@me:example.org", "ME")
        self.room_keys = RoomKeys(account, self.store, changes, self.clock, PICKLE_KEY)

    def receive(self, message: ToDeviceMessage) -> None:
        with self.store.transaction() as db:
            self.room_keys.store_received(db, message)
        self.room_keys.publish_new()

    def known(self, maker: Maker) -> tuple[Origin, bool, int]:
        self.room_keys.forget_cached()
        key = self.room_keys.find(ROOM, maker.session_id)
        assert key is not None
        assert key.session.first_known_index == key.info.first_index
        return key.info.origin, key.info.authentic, key.info.first_index


@pytest.fixture
def keys() -> Iterator[Keys]:
    keys = Keys()
    yield keys
    keys.store.close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["direct", "backup", "import"]), st.integers(0, 4)), min_size=1))
def test_the_best_of_all_that_was_told_is_known_in_whatever_order_it_came(
    told: list[tuple[str, int]],
) -> None:
    keys, maker = Keys(), Maker()
    maker.advance(4)
    for origin, index in told:
        if origin == "direct":
            keys.receive(maker.room_key(index))
        else:
            keys.room_keys.import_keys([maker.exported(index)], Origin(origin))
    origin, authentic, first_index = keys.known(maker)
    assert first_index == min(index for _, index in told)
    assert authentic == any(how == "direct" for how, _ in told)
    assert (origin is Origin.DIRECT) == authentic
    keys.store.close()


def test_the_same_again_is_nothing_new(keys: Keys) -> None:
    maker = Maker()
    assert keys.room_keys.import_keys([maker.exported()], Origin.IMPORT) == 1
    assert keys.room_keys.import_keys([maker.exported(), maker.exported(0)], Origin.BACKUP) == 0
    assert len(keys.told) == 1


def test_a_key_that_somebody_else_sends_as_their_own_changes_nothing(keys: Keys) -> None:
    maker, thief = Maker(), Maker("@mallory:example.org")
    keys.receive(maker.room_key())
    thief.session_id, thief.keys = maker.session_id, maker.keys
    keys.receive(thief.room_key())
    key = keys.room_keys.find(ROOM, maker.session_id)
    assert key is not None
    assert (key.info.sender, key.info.sender_key) == (maker.user_id, maker.curve25519)


def test_another_ratchet_under_the_same_name_gives_way_to_the_makers_own(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, forger = Maker(), Maker()
    monkeypatch.setattr(module, "_is_same_ratchet", lambda one, other: False)
    keys.room_keys.import_keys([maker.exported()], Origin.IMPORT)
    keys.room_keys.import_keys([maker.exported()], Origin.BACKUP)
    assert keys.known(maker) == (Origin.IMPORT, False, 0)
    keys.receive(maker.room_key())
    assert keys.known(maker) == (Origin.DIRECT, True, 0)
    keys.receive(maker.room_key())
    keys.room_keys.import_keys([maker.exported()], Origin.BACKUP)
    assert keys.known(maker) == (Origin.DIRECT, True, 0)
    assert forger.session_id != maker.session_id


def test_ratchets_are_compared_where_they_can_be() -> None:
    maker, other = Maker(), Maker()
    maker.advance(3)
    later = vodozemac.InboundGroupSession(vodozemac.SessionKey(maker.keys[3]))
    assert module._is_same_ratchet(maker.readable, later)
    assert module._is_same_ratchet(later, maker.readable)
    assert not module._is_same_ratchet(other.readable, later)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "m.other"},
        {"room_id": "room"},
        {"room_id": "!" + "x" * 255},
        {"session_id": "other"},
        {"session_key": "AAAA"},
        {"session_key": None},
    ],
)
def test_a_malformed_room_key_is_refused(keys: Keys, change: dict[str, object]) -> None:
    with pytest.raises(CryptoError):
        keys.receive(Maker().room_key(changes=change))
    assert count_inbound(keys.store.db) == 0


def test_an_imported_key_under_another_name_is_refused(keys: Keys) -> None:
    one, other = Maker().exported(), Maker().exported()
    mixed = ExportedKey(
        ROOM, one.session_id, other.session_key, one.sender_key, one.claimed_ed25519, (), False
    )
    assert keys.room_keys.import_keys([mixed], Origin.IMPORT) == 0


def test_one_device_cannot_fill_the_disk(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SESSIONS_PER_DEVICE", 2)
    maker = Maker()
    for _ in range(2):
        keys.receive(maker.room_key())
        fresh = Maker()
        maker.session_id, maker.keys = fresh.session_id, fresh.keys
    with pytest.raises(CryptoError):
        keys.receive(maker.room_key())
    keys.receive(Maker().room_key())


def test_keys_are_found_though_only_some_are_held_ready(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHED_SESSIONS", 2)
    makers = [Maker() for _ in range(4)]
    keys.room_keys.import_keys([maker.exported() for maker in makers], Origin.IMPORT)
    for maker in makers * 2:
        assert keys.room_keys.find(ROOM, maker.session_id) is not None
    assert keys.room_keys.find(ROOM, "other") is None
    assert len(keys.room_keys._cache) == 2


async def test_many_keys_are_imported_in_parts(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEYS_PER_TRANSACTION", 2)
    makers = [Maker() for _ in range(5)]
    assert await keys.room_keys.import_many((maker.exported() for maker in makers), Origin.IMPORT) == 5
    assert len(keys.told) == 3
    assert {info.session_id for info in iterate_inbound(keys.store.db)} == {m.session_id for m in makers}


def test_a_failed_import_leaves_nothing_behind(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(module, "finish_request", fail)
        with pytest.raises(OSError, match="disk full"):
            keys.room_keys.import_keys([Maker().exported()], Origin.IMPORT)
    assert count_inbound(keys.store.db) == 0
    assert keys.told == []


def test_the_backup_holds_a_key_until_a_better_one_comes(keys: Keys) -> None:
    maker = Maker()
    maker.advance(2)
    keys.room_keys.import_keys([maker.exported(2)], Origin.BACKUP, backup_version="1")
    db = keys.store.db
    assert (count_not_backed_up(db, "1"), count_not_backed_up(db, "2")) == (0, 1)
    stale = select_not_backed_up(db, "2", 10)
    keys.room_keys.import_keys([maker.exported(1)], Origin.IMPORT)
    assert count_not_backed_up(db, "1") == 1
    with keys.store.transaction():
        mark_backed_up(db, "1", stale)
    assert count_not_backed_up(db, "1") == 1, "what was uploaded is not what is here now"
    with keys.store.transaction():
        mark_backed_up(db, "1", select_not_backed_up(db, "1", 10))
    assert count_not_backed_up(db, "1") == 0


def test_a_key_is_given_away_from_an_index_on(keys: Keys) -> None:
    maker = Maker()
    maker.advance(3)
    keys.receive(maker.room_key(1))
    key = keys.room_keys.find(ROOM, maker.session_id)
    assert key is not None
    for at_index, first in ((None, 1), (0, 1), (2, 2)):
        exported = vodozemac.ExportedSessionKey(keys.room_keys.export(key.info, at_index).session_key)
        assert vodozemac.InboundGroupSession.import_session(exported).first_known_index == first


def test_keys_are_unreadable_with_another_pickle_key(keys: Keys) -> None:
    maker = Maker()
    keys.receive(maker.room_key())
    keys.room_keys._pickle_key = bytes(32)
    keys.room_keys.forget_cached()
    with pytest.raises(StoreDamaged):
        keys.room_keys.find(ROOM, maker.session_id)
