"""One-time and fallback keys: never too few, never lost, never used twice."""

import pytest

from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.errors import MatrixError, NetworkUnavailable, RateLimited
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.olm import select_account
from tests.desktop.crypto.devices import PICKLE_KEY, EncryptingDevice, OpenDevice

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR_MS = 3_600_000
CURVE = "signed_curve25519"


class Uploads:
    """Notes what a device uploads; may refuse, or lose the server's answer."""

    def __init__(self, device: EncryptingDevice, monkeypatch: pytest.MonkeyPatch) -> None:
        self._post = device.api.post
        self.bodies: list[JsonObject] = []
        self.refusal: Exception | None = None
        self.lose_answer = False
        monkeypatch.setattr(device.api, "post", self.post)

    async def post(self, target: str, body: JsonObject, **options: object) -> JsonObject:
        if not target.endswith("/keys/upload"):
            return await self._post(target, body, **options)  # type: ignore[arg-type]
        self.bodies.append(body)
        if self.refusal is not None:
            raise self.refusal
        answer = await self._post(target, body, **options)  # type: ignore[arg-type]
        if self.lose_answer:
            raise NetworkUnavailable
        return answer

    def names(self, kind: str = "one_time_keys") -> list[set[str]]:
        return [set(body.get(kind, {})) for body in self.bodies]


@pytest.fixture
def uploads(alice: EncryptingDevice, monkeypatch: pytest.MonkeyPatch) -> Uploads:
    return Uploads(alice, monkeypatch)


async def count_on_server(device: EncryptingDevice) -> int:
    return int((await device.pull())["device_one_time_keys_count"][CURVE])


async def claim(by: EncryptingDevice, of: EncryptingDevice, times: int = 1) -> list[JsonObject]:
    claimed = []
    for _ in range(times):
        body = {"one_time_keys": {of.user_id: {of.device_id: CURVE}}}
        answer = (await by.plain.post("/keys/claim", body)).ok()["one_time_keys"]
        claimed.append(answer[of.user_id][of.device_id])
    return claimed


async def test_a_new_device_is_supplied_at_once(alice: EncryptingDevice, uploads: Uploads) -> None:
    assert await count_on_server(alice) == 50
    assert (await alice.pull())["device_unused_fallback_key_types"] == [CURVE]
    await alice.sync()
    assert uploads.bodies == []


async def test_used_keys_are_replaced_and_no_more(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads
) -> None:
    await claim(bob, alice, 3)
    await alice.sync()
    assert [len(names) for names in uploads.names()] == [3]
    assert await count_on_server(alice) == 50


async def test_keys_whose_upload_was_not_answered_are_uploaded_again_the_same(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads
) -> None:
    await claim(bob, alice, 5)
    uploads.lose_answer = True
    with pytest.raises(NetworkUnavailable):
        await alice.sync()
    uploads.lose_answer = False
    alice.restart()
    await alice.sync()
    one, other = (body["one_time_keys"] for body in uploads.bodies)
    assert one == other
    assert await count_on_server(alice) == 50
    await alice.sync()
    assert len(uploads.bodies) == 2


async def test_a_crash_before_the_upload_loses_no_key(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads
) -> None:
    await claim(bob, alice, 2)
    uploads.refusal = NetworkUnavailable()
    with pytest.raises(NetworkUnavailable):
        await alice.sync()
    stored = select_account(alice.store.db)
    assert stored is not None
    account = OlmAccount.open(alice.store, PICKLE_KEY, alice.user_id, alice.device_id)
    assert {f"{CURVE}:{name}" for name in account.unpublished_one_time_keys()} == uploads.names()[0]


async def test_keys_whose_names_are_taken_are_given_up_and_the_server_is_not_pestered(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads
) -> None:
    await claim(bob, alice, 2)
    uploads.refusal = MatrixError(400, "M_INVALID_PARAM", "One time key already exists")
    with pytest.raises(MatrixError):
        await alice.sync()
    await alice.sync()
    assert len(uploads.bodies) == 1
    uploads.refusal = None
    alice.clock.advance(600_000)
    await alice.sync()
    refused, accepted = uploads.names()
    assert len(accepted) == 2
    assert not refused & accepted


@pytest.mark.parametrize("refusal", [RateLimited(1_000), MatrixError(500, "M_UNKNOWN", "")])
async def test_other_refusals_cost_no_key(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads, refusal: MatrixError
) -> None:
    await claim(bob, alice, 2)
    uploads.refusal = refusal
    with pytest.raises(MatrixError):
        await alice.sync()
    uploads.refusal = None
    await alice.sync()
    assert uploads.names()[0] == uploads.names()[1]


async def test_a_used_fallback_key_is_replaced_and_the_one_before_forgotten_in_time(
    alice: EncryptingDevice, bob: EncryptingDevice, uploads: Uploads
) -> None:
    alice.clock.advance(HOUR_MS)
    used = (await claim(bob, alice, 51))[-1]
    assert next(iter(used.values()))["fallback"] is True
    await alice.sync()
    assert [len(names) for names in uploads.names("fallback_keys")] == [1]
    assert used.keys() != uploads.bodies[0]["fallback_keys"].keys()
    await alice.sync()
    assert len(uploads.bodies) == 1
    alice.clock.advance(HOUR_MS)
    await alice.sync()
    assert [len(names) for names in uploads.names("fallback_keys")] == [1, 1]
    alice.clock.advance(HOUR_MS)
    await alice.sync()
    assert len(uploads.bodies) == 2


async def test_a_server_that_always_says_used_gets_no_new_key_with_every_sync(
    alice: EncryptingDevice, uploads: Uploads
) -> None:
    alice.clock.advance(HOUR_MS)
    for _ in range(5):
        alice.crypto.upkeep.note_counts(None, [])
        await alice.crypto.after_sync()
    assert len(uploads.bodies) == 1
    alice.clock.advance(300_000)
    alice.crypto.upkeep.note_counts(None, [])
    await alice.crypto.after_sync()
    assert len(uploads.bodies) == 2


async def test_what_a_sync_does_not_say_changes_nothing(alice: EncryptingDevice, uploads: Uploads) -> None:
    alice.restart()
    alice.crypto.upkeep.note_counts(None, None)
    await alice.crypto.after_sync()
    assert uploads.bodies == []


async def test_a_message_under_the_fallback_key_before_is_still_read(
    open_device: OpenDevice, alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await claim(bob, alice, 50)
    heard = alice.hear("org.example.note")
    note = {alice.user_id: {alice.device_id: {"late": True}}}
    await bob.crypto.send_to_device("org.example.note", note, encrypted=True)
    batch = await alice.pull()
    message, batch["to_device"] = batch["to_device"], {}
    alice.clock.advance(HOUR_MS)
    await alice.take(batch)
    await alice.crypto.after_sync()
    await alice.crypto.receive_sync(message["events"], {}, None, None)
    assert [received.content for received in heard] == [{"late": True}]


async def test_a_clock_that_was_put_back_keeps_no_used_key_in_use(
    alice: EncryptingDevice, uploads: Uploads
) -> None:
    alice.clock.advance(-HOUR_MS)
    alice.crypto.upkeep.note_counts(None, [])
    await alice.crypto.after_sync()
    assert [len(names) for names in uploads.names("fallback_keys")] == [1]
    alice.clock.advance(HOUR_MS)
