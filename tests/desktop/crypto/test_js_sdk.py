"""matrix-js-sdk with its Rust crypto reads what we write, and we read what it writes."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from client_desktop.core.api import path
from client_desktop.core.crypto.attachments import decrypt_attachment, encrypt_attachment
from client_desktop.core.crypto.errors import WrongPassphrase
from client_desktop.core.crypto.key_export import read_key_file
from homeserver.clock import SystemClock
from tests.desktop.crypto.devices import EncryptingDevice, Uploads, make_identity, meet, text_of
from tests.desktop.homeserver import Homeserver
from tests.desktop.js_partner import JsPartner, js_partner

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def shared_clock() -> SystemClock:
    """The SDK asks how old a message is, by its own clock."""
    return SystemClock()


@pytest_asyncio.fixture(loop_scope="module")
async def partner(shared_server: Homeserver, account_numbers: Iterator[int]) -> AsyncIterator[JsPartner]:
    async with js_partner(shared_server.url) as partner:
        await partner.log_in(f"js-partner-{next(account_numbers)}")
        await partner.do("makeIdentity")
        yield partner


async def meet_partner(alice: EncryptingDevice, partner: JsPartner) -> str:
    room_id = await partner.do("createRoom", invite=[alice.user_id])
    assert isinstance(room_id, str)
    (await alice.plain.post(path("/join/{}", room_id))).ok()
    await alice.sync()
    await partner.do("waitForMember", roomId=room_id, userId=alice.user_id, membership="join")
    return room_id


async def test_chat_files_and_exported_keys_go_both_ways(alice: EncryptingDevice, partner: JsPartner) -> None:
    room_id = await meet_partner(alice, partner)

    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "Hello Python"})
    assert "Hello Python" in await alice.read(room_id)

    event_id = await alice.send(room_id, "Hello JavaScript")
    read = await partner.do("read", roomId=room_id, body="Hello JavaScript")
    assert (read["encrypted"], read["eventId"], read["sender"]) == (True, event_id, alice.user_id)

    await files_go_both_ways(alice, partner, room_id)
    await key_files_go_both_ways(alice, partner, room_id)


async def files_go_both_ways(alice: EncryptingDevice, partner: JsPartner, room_id: str) -> None:
    uploads = Uploads(alice.api)
    await partner.do("sendFile", roomId=room_id, text="from JavaScript", body="theirs.txt")
    theirs = next(e for e in (await alice.sync())[room_id] if text_of(e) == "theirs.txt")
    file = theirs.content["file"]
    data = await uploads.download(file["url"], 1_000)
    assert decrypt_attachment(data, file) == b"from JavaScript"

    encrypted, description = encrypt_attachment(b"from Python")
    description["url"] = await uploads.upload(encrypted)
    content = {"msgtype": "m.file", "body": "ours.txt", "file": description}
    await alice.send_raw(room_id, *await alice.crypto.encrypt(room_id, "m.room.message", content))
    read = await partner.do("read", roomId=room_id, body="ours.txt")
    assert await partner.do("readFile", file=read["content"]["file"]) == "from Python"


async def key_files_go_both_ways(alice: EncryptingDevice, partner: JsPartner, room_id: str) -> None:
    theirs = await partner.do("exportKeys", passphrase="Zwölf Boxkämpfer")
    keys, total = read_key_file(theirs, "Zwölf Boxkämpfer")
    assert (len(keys), total) == (2, 2)
    assert await alice.crypto.import_keys(theirs, "Zwölf Boxkämpfer") == (0, 2)
    with pytest.raises(WrongPassphrase):
        read_key_file(theirs, "zwölf boxkämpfer")

    ours = await alice.crypto.export_keys("another one")
    assert await partner.do("importKeys", text=ours, passphrase="another one") == 2


async def test_history_is_shared_when_either_invites_the_other(
    alice: EncryptingDevice, partner: JsPartner
) -> None:
    await make_identity(alice)
    theirs = await partner.do("createRoom")
    await partner.do("send", roomId=theirs, content={"msgtype": "m.text", "body": "before you came"})
    assert await partner.do("knowsDevice", userId=alice.user_id, deviceId=alice.device_id)
    await partner.do("invite", roomId=theirs, userId=alice.user_id, shareEncryptedHistory=True)
    alice.crypto.accepted_invite(theirs, partner.user_id)
    (await alice.plain.post(path("/join/{}", theirs))).ok()
    listed = await alice.crypto.devices.current([partner.user_id])
    alice.trust.verify_known(listed[partner.user_id])
    (event,) = [event for event in (await alice.sync())[theirs] if event.encrypted]
    (event,) = await alice.crypto.decrypt_events(theirs, [event.event])
    assert text_of(event) == "before you came"
    assert alice.crypto.shield(theirs, event).word == ""

    ours = await meet(alice)
    await alice.send(ours, "before they came")
    assert await alice.crypto.share_history(ours, partner.user_id) == 1
    (await alice.plain.post(path("/rooms/{}/invite", ours), {"user_id": partner.user_id})).ok()
    await partner.do("join", roomId=ours)
    read = await partner.do("read", roomId=ours, body="before they came")
    assert read["sender"] == alice.user_id


async def test_each_says_to_the_other_why_it_gets_no_key(alice: EncryptingDevice, partner: JsPartner) -> None:
    room_id = await meet_partner(alice, partner)
    await partner.do("writeToVerifiedOnly", on=True)
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "not for you"})
    assert await alice.read(room_id) == ["withheld_unverified"]
    await partner.do("writeToVerifiedOnly", on=False)
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "for you again"})
    assert await alice.read(room_id) == ["for you again"]

    await alice.crypto.devices.current([partner.user_id])
    alice.crypto.devices.set_blocked(partner.user_id, partner.device_id, True)
    event_id = await alice.send(room_id, "nor for you")
    reason = await partner.do("failure", roomId=room_id, eventId=event_id)
    assert reason == "MEGOLM_KEY_WITHHELD"
    alice.crypto.devices.set_blocked(partner.user_id, partner.device_id, False)
    await alice.send(room_id, "nor for long")
    await partner.do("read", roomId=room_id, body="nor for long")


async def test_a_lost_channel_is_repaired_with_js_sdk(alice: EncryptingDevice, partner: JsPartner) -> None:
    room_id = await meet_partner(alice, partner)
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "one"})
    assert await alice.read(room_id) == ["one"]
    await alice.send(room_id, "two")
    await partner.do("read", roomId=room_id, body="two")
    alice.store.db.execute("DELETE FROM olm_sessions")

    await partner.do("discardSession", roomId=room_id)
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "lost"})
    assert await alice.read(room_id) == ["two", "no_key"]
    alice.crypto.group_sessions.discard(room_id)
    await alice.send(room_id, "still here?")
    await partner.do("read", roomId=room_id, body="still here?")
    await partner.do("discardSession", roomId=room_id)
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "found"})
    assert await alice.read(room_id) == ["still here?", "found"]
