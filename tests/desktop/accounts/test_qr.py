"""A new device is let in by one that is signed in, whichever of them shows the code."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from client_desktop.core.accounts.device_grant import poll_for_tokens, start_device_grant
from client_desktop.core.accounts.discovery import discover
from client_desktop.core.accounts.oauth_client import register_oauth_client
from client_desktop.core.accounts.qr.bundle import bundle_of_secrets, secrets_of_bundle
from client_desktop.core.accounts.qr.channel import KeyPair
from client_desktop.core.accounts.qr.code import QrCode, QrIntent, decode_qr_code
from client_desktop.core.accounts.qr.conversation import Conversation
from client_desktop.core.accounts.qr.errors import NotAQrCode, QrExpired, QrFailed, QrInsecure
from client_desktop.core.accounts.qr.existing_device import ExistingDevice
from client_desktop.core.accounts.qr.new_device import NewDevice, QrSignIn
from client_desktop.core.accounts.qr.rendezvous import Rendezvous
from client_desktop.core.api import Api, FixedToken
from client_desktop.core.errors import Cancelled, ClientError
from client_desktop.core.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.oauth_calls import sign_in as sign_browser_in
from tests.desktop.accounts.conftest import DESCRIPTION
from tests.desktop.accounts.test_sign_in import at_its_own_address
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock

POLL_S = 0.02
SECRETS: JsonObject = {"cross_signing": {"master_key": "m"}, "backup": {"key": "b"}}


@dataclass
class Meeting:
    """What passes between the two devices through the user: the code, the digits, the browser."""

    browser: Browser
    decision: str = "allow"
    digits_as_typed: str | None = "as shown"
    code: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    digits: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    user_codes: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    async def show_code(self, code: bytes) -> None:
        self.code.put_nowait(code)

    async def show_check_code(self, digits: str) -> None:
        self.digits.put_nowait(digits)

    async def ask_check_code(self) -> str | None:
        shown = await self.digits.get()
        return f" {shown} " if self.digits_as_typed == "as shown" else self.digits_as_typed

    async def open_page(self, url: str, user_code: str) -> None:
        if not url:
            self.user_codes.append(user_code)
            return
        self.pages.append(url)
        question = await self.browser.open(url)
        await self.browser.submit(question, decision=self.decision)


@dataclass
class World:
    meeting: Meeting
    alice: ApiClient
    new: NewDevice
    existing: ExistingDevice
    url: str

    async def new_shows(self) -> tuple[QrSignIn | BaseException, str | BaseException]:
        async def existing() -> str:
            return await self.existing.scan(decode_qr_code(await self.meeting.code.get()))

        both: Any = await asyncio.gather(self.new.show(self.url), existing(), return_exceptions=True)
        return both[0], both[1]

    async def existing_shows(self) -> tuple[QrSignIn | BaseException, str | BaseException]:
        async def new() -> QrSignIn:
            return await self.new.scan(decode_qr_code(await self.meeting.code.get()))

        both: Any = await asyncio.gather(new(), self.existing.show(), return_exceptions=True)
        return both[0], both[1]


@pytest.fixture
async def world(
    nobody: ApiClient, http: aiohttp.ClientSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> World:
    async def at_home(session: aiohttp.ClientSession, name: str) -> Any:
        """The server's name leads to the server, as it does outside of tests."""
        assert name == "example.org"
        return await discover(session, nobody.base_url)

    monkeypatch.setattr("client_desktop.core.accounts.qr.new_device.discover", at_home)
    alice = await nobody.register("alice")
    browser = Browser(http, nobody.base_url, nobody.base_url)
    await sign_browser_in(browser)
    meeting = Meeting(browser)

    async def secrets() -> JsonObject:
        return SECRETS

    assert alice.access_token is not None
    api = Api(nobody.base_url, http, FixedToken(alice.access_token))
    return World(
        meeting,
        alice,
        NewDevice(http, clock, meeting, DESCRIPTION, POLL_S),
        ExistingDevice(http, api, alice.user_id, meeting, secrets, POLL_S),
        nobody.base_url,
    )


@pytest.mark.parametrize("overrides", [at_its_own_address()])
@pytest.mark.parametrize("shower", ["new", "existing"])
async def test_a_device_signs_in_and_is_given_the_secrets(world: World, shower: str) -> None:
    signed_in, device_id = await (world.new_shows() if shower == "new" else world.existing_shows())
    assert isinstance(signed_in, QrSignIn), signed_in
    assert signed_in.session.user_id == world.alice.user_id
    assert signed_in.session.device_id == device_id
    assert signed_in.session.uses_oauth
    assert signed_in.secrets == SECRETS
    assert "master_key" not in repr(signed_in)
    assert len(world.meeting.pages) == len(world.meeting.user_codes) == 1


@pytest.mark.parametrize("overrides", [at_its_own_address()])
@pytest.mark.parametrize("shower", ["new", "existing"])
async def test_wrong_digits_hand_nothing_over(world: World, shower: str) -> None:
    world.meeting.digits_as_typed = "none"
    both = await (world.new_shows() if shower == "new" else world.existing_shows())
    assert {type(error) for error in both} == {QrInsecure, QrExpired}
    devices = (await world.alice.get("/devices")).ok()["devices"]
    assert len(devices) == 1
    assert world.meeting.pages == []


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_giving_up_and_refusing_are_told_to_the_other_device(world: World) -> None:
    world.meeting.digits_as_typed = None
    both = await world.existing_shows()
    assert [type(error) for error in both] == [Cancelled, Cancelled]
    world.meeting.digits_as_typed = "as shown"
    world.meeting.decision = "deny"
    both = await world.new_shows()
    assert [type(error) for error in both] == [Cancelled, Cancelled]
    assert len((await world.alice.get("/devices")).ok()["devices"]) == 1


@pytest.mark.parametrize("overrides", [{"auth": {"oauth": False, "password_hash": "minimum"}}])
async def test_without_the_grant_it_is_not_begun(world: World) -> None:
    with pytest.raises(QrFailed, match="unsupported"):
        await world.existing.show()


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_codes_for_the_other_side_and_notes_that_are_gone_are_refused(
    world: World, http: aiohttp.ClientSession
) -> None:
    note = await Rendezvous.create(http, world.url, POLL_S)
    signing_in = QrCode(QrIntent.SIGN_IN, KeyPair().public, note.url)
    letting_in = QrCode(QrIntent.LET_IN, KeyPair().public, note.url, "example.org")
    with pytest.raises(NotAQrCode):
        await world.new.scan(signing_in)
    with pytest.raises(NotAQrCode):
        await world.existing.scan(letting_in)
    await note.close()
    with pytest.raises(QrExpired):
        await world.new.scan(letting_in)
    with pytest.raises(QrExpired):
        await note.receive()
    await note.close()


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_who_changes_the_note_is_found_out(world: World, http: aiohttp.ClientSession) -> None:
    note = await Rendezvous.create(http, world.url, POLL_S)
    keys, prompt = KeyPair(), world.meeting

    async def attacker() -> None:
        theirs = Rendezvous(http, note.url, poll_s=POLL_S)
        while "|" not in await theirs.receive():
            pass
        channel, _ = KeyPair().scanned(KeyPair().public)
        await theirs.send(channel.encrypt(b"MATRIX_QR_CODE_LOGIN_OK"))

    scanner = Rendezvous(http, note.url, poll_s=POLL_S)
    await note.send("of G")
    results = await asyncio.gather(
        Conversation.scan(scanner, keys.public, prompt), attacker(), return_exceptions=True
    )
    assert isinstance(results[0], QrInsecure), results
    assert prompt.digits.empty()


def test_the_channel_counts_its_messages_and_both_sides_see_the_same_digits() -> None:
    shower = KeyPair()
    scanner, first = KeyPair().scanned(shower.public)
    channel = shower.was_scanned(first)
    assert channel.check_code == scanner.check_code
    assert len(channel.check_code) == 2
    assert channel.check_code.isdigit()
    one, two = channel.encrypt(b"one"), channel.encrypt(b"two")
    assert scanner.decrypt(one) == b"one"
    with pytest.raises(QrInsecure):
        scanner.decrypt(one)
    assert two != one
    for message in ("", "|", "none", f"{first[:10]}|{first.split('|')[1]}", f"{first}x", "ä|ö"):
        with pytest.raises(QrInsecure):
            KeyPair().was_scanned(message)
    with pytest.raises(QrInsecure):
        shower.scanned(bytes(32))
    with pytest.raises(QrInsecure):
        shower.was_scanned(KeyPair().scanned(shower.public)[0].encrypt(b"x") + "|" + first.split("|")[1])


def test_codes_are_read_as_they_were_written_and_nothing_else_is() -> None:
    key = bytes(range(32))
    sign_in = QrCode(QrIntent.SIGN_IN, key, "https://example.org/rendezvous/1")
    let_in = QrCode(QrIntent.LET_IN, key, "http://127.0.0.1:8008/r", "example.org")
    assert sign_in.encode()[:8] == b"MATRIX\x02\x03"
    assert let_in.encode()[:8] == b"MATRIX\x02\x04"
    for code in (sign_in, let_in):
        assert decode_qr_code(code.encode()) == code
    data = let_in.encode()
    for wrong in (
        b"",
        b"MATRIX\x02",
        b"MATRIX\x02\x00" + data[8:],
        b"MATRIX\x03" + data[7:],
        data[:-1],
        data + b"x",
        data[:50],
        QrCode(QrIntent.SIGN_IN, key, "http://example.org/clear").encode(),
        QrCode(QrIntent.SIGN_IN, key, "file:///etc/passwd").encode(),
        QrCode(QrIntent.SIGN_IN, key, "https://example.org/" + "x" * 4000).encode(),
        data[:40] + b"\xff" * (len(data) - 40),
    ):
        with pytest.raises(NotAQrCode):
            decode_qr_code(wrong)


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_a_grant_waits_is_patient_and_ends(
    nobody: ApiClient, http: aiohttp.ClientSession, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    server = await discover(http, nobody.base_url)
    assert server.oauth is not None
    client_id = await register_oauth_client(http, server.oauth, DESCRIPTION)
    grant = await start_device_grant(http, server.oauth, client_id, "SOMEDEVICE1")

    async def expire(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) > 2:
            clock.advance(3_600_000)

    monkeypatch.setattr("client_desktop.core.accounts.device_grant.asyncio.sleep", expire)
    with pytest.raises(ClientError):
        await poll_for_tokens(http, server.oauth, client_id, grant, clock)
    assert naps[0] == grant.interval_s
    assert naps[-1] >= naps[0]


def test_secrets_are_handed_over_whole_or_not_at_all() -> None:
    known = {
        "m.cross_signing.master": "m",
        "m.cross_signing.self_signing": "s",
        "m.cross_signing.user_signing": "u",
        "m.megolm_backup.v1": "b",
    }
    bundle = bundle_of_secrets(known.get, "7")
    assert bundle["backup"]["backup_version"] == "7"
    assert secrets_of_bundle(bundle) == known
    assert "backup" not in bundle_of_secrets(known.get, None)
    del known["m.cross_signing.master"]
    assert bundle_of_secrets(known.get, "7") == {}
    odd = {"cross_signing": {"master_key": 5, "self_signing_key": "x" * 5000}, "backup": {"key": "b"}}
    assert secrets_of_bundle(odd) == {}
