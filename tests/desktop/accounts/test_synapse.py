"""Accounts, the send queue and files beside a real Synapse."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.accounts.account_settings import AccountSettings
from client_desktop.core.accounts.login import WrongPassword
from client_desktop.core.accounts.sign_in import SignIn
from client_desktop.core.accounts.sign_out import end_session
from client_desktop.core.accounts.stages import Password
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.errors import TokenRejected
from client_desktop.core.media.media import MediaFiles
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.store import Store
from client_desktop.core.values import SendState
from tests.api.client import PASSWORD
from tests.desktop.accounts.conftest import Person
from tests.desktop.media.test_fetching import media_of, photo
from tests.desktop.outbox.test_send_queue import all_sent, until
from tests.support.authority import Authority
from tests.support.postgres import TestDatabases
from tests.support.synapse_environment import synapse_python
from tests.support.synapse_server import SynapseServer, make_synapse_database, running_synapse

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def synapse(
    databases: TestDatabases, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SynapseServer]:
    python = synapse_python()
    database_url = asyncio.run(make_synapse_database(databases))
    with running_synapse(python, database_url, authority, tmp_path_factory.mktemp("synapse")) as server:
        yield server


async def test_an_account_lives_on_synapse(
    synapse: SynapseServer, http: aiohttp.ClientSession, sign_in: SignIn
) -> None:
    plain = await synapse.user(http, "alice")
    server = await sign_in.discover(synapse.base_url)
    assert server.has_password
    assert not server.has_oauth
    assert not (await sign_in.registration_options(server)).is_open
    with pytest.raises(WrongPassword):
        await sign_in.with_password(server, "alice", "wrong")
    session = await sign_in.with_password(server, "alice", PASSWORD)
    assert session.user_id == plain.user_id
    tokens = SessionTokens(session, http, SystemClock(), lambda kept: None)
    api = Api(server.url, http, tokens)
    if session.refresh_token is not None:
        assert await tokens.refresh()
    settings = AccountSettings(api, tokens.session, http)
    assert {device.name for device in await settings.devices() if device.own} == {"Parlour on a desk"}
    person = Person(Password("wrong"), Password(PASSWORD))
    await settings.sign_out_devices([plain.device_id], person)
    assert [stage.error_word for stage in person.asked] == ["", "stage_password"]
    await settings.change_password("another good one", Person(Password(PASSWORD)), sign_out_others=False)
    capabilities = await settings.capabilities()
    assert "11" in dict(capabilities.room_versions)
    await end_session(http, tokens.session, api)
    with pytest.raises(TokenRejected):
        await settings.devices()


async def test_messages_and_files_go_through_synapse(
    synapse: SynapseServer, http: aiohttp.ClientSession, sign_in: SignIn, changes: Changes, tmp_path: Path
) -> None:
    await synapse.user(http, "bob")
    server = await sign_in.discover(synapse.base_url)
    session = await sign_in.with_password(server, "bob", PASSWORD)
    clock = SystemClock()
    api = Api(server.url, http, SessionTokens(session, http, clock, lambda kept: None))
    store = Store.open(tmp_path / "account.db")
    media = MediaFiles(session.user_id, api, store, changes, clock, tmp_path / "media")
    outbox = Outbox(session.user_id, api, store, changes, clock, tmp_path / "outbox", uploaded=media)
    await outbox.start()
    room_id = (await api.post("/_matrix/client/v3/createRoom"))["room_id"]
    (tmp_path / "photo.jpg").write_bytes(photo())
    first = outbox.send_text(room_id, "first")
    await outbox.send_file(room_id, tmp_path / "photo.jpg")
    outbox.react(room_id, first, "👍")
    twice = outbox.react(room_id, first, "👍")
    too_large = outbox.send_text(room_id, "x" * 70_000)
    outbox.send_text(room_id, "last", reply_to=first)
    await until(changes, lambda: [item.txn_id for item in outbox.items(room_id)] == [too_large])
    await until(changes, lambda: outbox.items(room_id)[0].state is SendState.FAILED)
    assert outbox.items(room_id)[0].error_word == "too_large"
    outbox.cancel(too_large)
    await until(changes, all_sent(outbox, room_id))
    assert twice not in {echo.txn_id for echo in outbox.pending(room_id)}
    chunk = (await api.get(f"/_matrix/client/v3/rooms/{room_id}/messages", {"dir": "b", "limit": 20}))[
        "chunk"
    ]
    said = [event for event in reversed(chunk) if "state_key" not in event]
    assert [event["type"] for event in said].count("m.reaction") == 1
    assert said[-1]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == said[0]["event_id"]
    url = said[1]["content"]["url"]
    media.cache.clear()
    assert (await media.fetch(media_of(url, "image/jpeg"))).read_bytes() == photo_of(tmp_path)
    media.cache.clear()
    assert (await media.fetch_avatar(url, 64)).exists()
    await outbox.close()
    await media.close()
    store.close()


def photo_of(folder: Path) -> bytes:
    return (folder / "photo.jpg").read_bytes()
