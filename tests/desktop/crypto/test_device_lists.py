"""Whose devices are known, and how exactly: over restarts, races, lies and servers that do not answer."""

import asyncio
from copy import deepcopy

import pytest

from client_desktop.core.changes import DevicesChanged
from client_desktop.core.crypto.device_lists import MAX_DEVICES_PER_USER
from client_desktop.core.errors import MatrixError, NetworkUnavailable
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.devices import outdated_marks, select_outdated
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice, meet
from tests.desktop.crypto.test_signatures import device_keys

pytestmark = pytest.mark.asyncio(loop_scope="module")

REMOTE = "@carol:remote.example.org"


class Answers:
    """Stands between a device and its server's /keys/query: changes answers, holds them back, counts."""

    def __init__(self, device: EncryptingDevice, monkeypatch: pytest.MonkeyPatch) -> None:
        self._post = device.api.post
        self.asked: list[set[str]] = []
        self.changed: JsonObject | None = None
        self.asking, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()
        monkeypatch.setattr(device.api, "post", self.post)

    async def post(self, target: str, body: JsonObject, **options: object) -> JsonObject:
        if not target.endswith("/keys/query"):
            return await self._post(target, body, **options)  # type: ignore[arg-type]
        self.asked.append(set(body["device_keys"]))
        answer = await self._post(target, body, **options)  # type: ignore[arg-type]
        self.asking.set()
        await self.go_on.wait()
        return deepcopy(answer if self.changed is None else self.changed)


@pytest.fixture
def answers(alice: EncryptingDevice, monkeypatch: pytest.MonkeyPatch) -> Answers:
    return Answers(alice, monkeypatch)


def ids(device: EncryptingDevice, user_id: str) -> list[str]:
    return [known.device_id for known in device.crypto.devices.of_user(user_id)]


async def test_a_user_is_asked_for_once_and_again_after_a_change(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice, answers: Answers
) -> None:
    await meet(alice, bob)
    answers.asked.clear()
    for _ in range(2):
        await alice.crypto.devices.current([bob.user_id])
    assert answers.asked == [{bob.user_id}]
    second = await open_device("bob")
    await alice.sync()
    assert set(ids(alice, bob.user_id)) == {bob.device_id, second.device_id}
    (change,) = [change for change in alice.told if isinstance(change, DevicesChanged)][-1:]
    assert change.user_ids == {bob.user_id}


async def test_what_changed_before_a_crash_is_asked_for_after_it(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    await meet(alice, bob)
    await alice.crypto.devices.current([bob.user_id])
    second = await open_device("bob")
    batch = await alice.pull()
    await alice.take(batch)
    alice.since = batch["next_batch"]
    alice.restart()
    await alice.crypto.after_sync()
    assert second.device_id in ids(alice, bob.user_id)


async def test_a_change_while_an_answer_is_under_way_is_asked_for_again(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice, answers: Answers
) -> None:
    await meet(alice, bob)
    answers.asked.clear()
    answers.asking.clear()
    answers.go_on.clear()
    first = asyncio.create_task(alice.crypto.devices.current([bob.user_id]))
    await answers.asking.wait()
    second = await open_device("bob")
    batch = await alice.pull()
    await alice.take(batch)
    waiting = asyncio.create_task(alice.crypto.devices.current([bob.user_id]))
    await asyncio.sleep(0)
    assert len(answers.asked) == 1, "one query at a time"
    answers.go_on.set()
    assert [device.device_id for device in (await first)[bob.user_id]] == [bob.device_id]
    assert second.device_id in [device.device_id for device in (await waiting)[bob.user_id]]
    assert select_outdated(alice.store.db) == {}


async def test_who_is_waited_for_twice_is_asked_for_once(
    alice: EncryptingDevice, bob: EncryptingDevice, answers: Answers
) -> None:
    devices = alice.crypto.devices
    await asyncio.gather(devices.current([bob.user_id]), devices.current([bob.user_id]))
    assert answers.asked == [{bob.user_id}]


async def test_a_failed_query_leaves_the_user_outdated(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def offline(*arguments: object, **options: object) -> JsonObject:
        raise NetworkUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(alice.api, "post", offline)
        with pytest.raises(NetworkUnavailable):
            await alice.crypto.devices.current([bob.user_id])
    await alice.crypto.after_sync()
    assert ids(alice, bob.user_id) == [bob.device_id]


async def test_who_shares_no_room_any_more_is_followed_no_longer(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await alice.crypto.devices.current([bob.user_id])
    await alice.crypto.receive_sync([], {"left": [bob.user_id, alice.user_id]}, None, None)
    await alice.crypto.receive_sync([], {"changed": [bob.user_id, REMOTE]}, None, None)
    assert select_outdated(alice.store.db) == {}
    await alice.crypto.receive_sync([], {"changed": [alice.user_id]}, None, None)
    assert list(select_outdated(alice.store.db)) == [alice.user_id], "the own devices are always followed"
    await alice.crypto.devices.current([bob.user_id])
    assert outdated_marks(alice.store.db, bob.user_id) is None


async def test_who_changed_and_left_in_one_sync_is_asked_for(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await alice.crypto.devices.current([bob.user_id])
    await alice.crypto.receive_sync([], {"changed": [bob.user_id], "left": [bob.user_id]}, None, None)
    assert list(select_outdated(alice.store.db)) == [bob.user_id]


async def test_a_server_that_does_not_answer_is_left_alone_for_a_while(
    alice: EncryptingDevice, answers: Answers
) -> None:
    answers.changed = {"device_keys": {}, "failures": {"remote.example.org": {}}}
    await alice.crypto.devices.current([REMOTE])
    await alice.crypto.devices.current([REMOTE])
    await alice.crypto.after_sync()
    assert answers.asked == [{REMOTE}]
    alice.clock.advance(15_000)
    await alice.crypto.after_sync()
    alice.clock.advance(15_000)
    await alice.crypto.after_sync()
    assert answers.asked == [{REMOTE}, {REMOTE}], "the second pause is longer"
    answers.changed = {"device_keys": {REMOTE: {}}}
    alice.clock.advance(15_000)
    await alice.crypto.after_sync()
    assert len(answers.asked) == 3
    assert select_outdated(alice.store.db) == {}


async def test_a_user_that_the_answer_leaves_out_keeps_their_devices(
    alice: EncryptingDevice, bob: EncryptingDevice, answers: Answers
) -> None:
    await alice.crypto.devices.current([bob.user_id])
    answers.changed = {"device_keys": {}}
    await alice.crypto.devices.current([bob.user_id], even_if_current=True)
    assert ids(alice, bob.user_id) == [bob.device_id]


async def test_keys_of_a_known_device_never_change(
    alice: EncryptingDevice, bob: EncryptingDevice, answers: Answers
) -> None:
    await alice.crypto.devices.current([bob.user_id])
    (before,) = alice.crypto.devices.of_user(bob.user_id)
    forged, _ = device_keys(bob.device_id, bob.user_id)
    answers.changed = {"device_keys": {bob.user_id: {bob.device_id: forged}}}
    await alice.crypto.devices.current([bob.user_id], even_if_current=True)
    assert alice.crypto.devices.of_user(bob.user_id) == [before]


async def test_names_and_signatures_of_a_known_device_may_change(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await meet(alice, bob)
    await alice.crypto.devices.current([bob.user_id])
    alice.crypto.devices.set_blocked(bob.user_id, bob.device_id, True)
    (await bob.plain.put(f"/devices/{bob.device_id}", {"display_name": "Telephone"})).ok()
    await alice.crypto.devices.current([bob.user_id], even_if_current=True)
    device = alice.crypto.devices.device(bob.user_id, bob.device_id)
    assert device is not None
    assert device.blocked, "what we think of it stays"


async def test_devices_that_are_not_what_they_say_are_refused(
    alice: EncryptingDevice, bob: EncryptingDevice, answers: Answers
) -> None:
    genuine, _ = device_keys("GENUINE", REMOTE)
    foreign, _ = device_keys("FOREIGN", bob.user_id)
    twin = deepcopy(genuine)
    answers.changed = {
        "device_keys": {REMOTE: {"GENUINE": genuine, "FOREIGN": foreign, "TWIN": twin, "NONE": None}}
    }
    await alice.crypto.devices.current([REMOTE])
    assert ids(alice, REMOTE) == ["GENUINE"]
    answers.changed = {"device_keys": {REMOTE: []}}
    await alice.crypto.devices.current([REMOTE], even_if_current=True)
    assert ids(alice, REMOTE) == ["GENUINE"]


async def test_two_devices_with_one_key_are_not_both_believed(
    alice: EncryptingDevice, answers: Answers
) -> None:
    one, account = device_keys("ONE", REMOTE)
    two, _ = device_keys("TWO", REMOTE, account)
    answers.changed = {"device_keys": {REMOTE: {"ONE": one, "TWO": two}}}
    await alice.crypto.devices.current([REMOTE])
    assert ids(alice, REMOTE) == ["ONE"]


async def test_a_server_cannot_make_us_keep_endless_devices(
    alice: EncryptingDevice, answers: Answers
) -> None:
    keys, _ = device_keys("X", REMOTE)
    listed = {f"{number:06}": keys for number in range(MAX_DEVICES_PER_USER + 50)}
    genuine, _ = device_keys("ZZZ", REMOTE)
    answers.changed = {"device_keys": {REMOTE: {**listed, "ZZZ": genuine}}}
    await alice.crypto.devices.current([REMOTE])
    assert ids(alice, REMOTE) == []


async def test_a_false_description_of_this_device_is_refused_and_a_missing_one_is_sent_again(
    alice: EncryptingDevice, answers: Answers
) -> None:
    forged, _ = device_keys(alice.device_id, alice.user_id)
    before = ids(alice, alice.user_id)
    answers.changed = {"device_keys": {alice.user_id: {alice.device_id: forged}}}
    await alice.crypto.devices.current([alice.user_id], even_if_current=True)
    assert ids(alice, alice.user_id) == before
    answers.changed = {"device_keys": {alice.user_id: {}}}
    await alice.crypto.devices.current([alice.user_id], even_if_current=True)
    assert alice.crypto.devices.own_device_missing
    await alice.crypto.after_sync()
    uploaded: list[JsonObject] = []
    post = alice.api.post

    async def note(target: str, body: JsonObject, **options: object) -> JsonObject:
        uploaded.append(body)
        return await post(target, body, **options)  # type: ignore[arg-type]

    alice.api.post = note  # type: ignore[method-assign,assignment]
    await alice.crypto.after_sync()
    assert [set(body) for body in uploaded] == [{"device_keys"}]
    assert not alice.crypto.devices.own_device_missing


async def test_a_false_description_of_this_device_is_refused_before_any_true_one(
    open_device: OpenDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await open_device("alice")
    alice.store.db.execute("DELETE FROM devices")
    answers = Answers(alice, monkeypatch)
    forged, _ = device_keys(alice.device_id, alice.user_id)
    answers.changed = {"device_keys": {alice.user_id: {alice.device_id: forged}}}
    await alice.crypto.devices.current([alice.user_id], even_if_current=True)
    assert ids(alice, alice.user_id) == []


async def test_a_device_that_is_gone_is_remembered_as_long_as_its_messages_need_it(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await bob.send(room_id, "my last words")
    event = (await alice.sync())[room_id][-1]
    account = bob.crypto.account
    (await bob.plain.post("/logout")).ok()
    await alice.sync()
    assert ids(alice, bob.user_id) == []
    assert alice.crypto.devices.by_keys(bob.user_id, account.curve25519, account.ed25519) is not None
    assert alice.crypto.shield(room_id, event).word == "unsigned_device"
    assert alice.crypto.devices.owners(account.curve25519, account.ed25519) == {bob.user_id}


async def test_what_changed_while_no_sync_told_is_caught_up_with(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    await meet(alice, bob)
    await alice.crypto.devices.current([bob.user_id])
    before = alice.since
    assert before is not None
    second = await open_device("bob")
    alice.since = (await alice.pull())["next_batch"]
    assert alice.since is not None
    await alice.crypto.devices.catch_up(before, alice.since)
    await alice.crypto.after_sync()
    assert second.device_id in ids(alice, bob.user_id)
    with pytest.raises(MatrixError):
        await alice.crypto.devices.catch_up("nonsense", "nonsense")
    assert set(select_outdated(alice.store.db)) == {alice.user_id, bob.user_id}


async def test_a_new_beginning_of_syncing_makes_every_list_doubtful(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await alice.crypto.devices.current([bob.user_id])
    alice.crypto.sync_restarted()
    assert set(select_outdated(alice.store.db)) == {alice.user_id, bob.user_id}


async def test_identities_are_handed_to_who_judges_them(
    alice: EncryptingDevice, bob: EncryptingDevice, answers: Answers
) -> None:
    master = {"usage": ["master"]}
    answers.changed = {"device_keys": {}, "master_keys": {REMOTE: master}, "self_signing_keys": []}
    await alice.crypto.devices.current([REMOTE])
    assert alice.trust.identities[REMOTE] == {"master_key": master}
    changes = [change for change in alice.told if isinstance(change, DevicesChanged)]
    assert REMOTE in changes[-1].user_ids
