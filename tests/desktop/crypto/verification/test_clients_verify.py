"""Whole clients, as the interface uses them: set up, sign in elsewhere, verify, recover."""

import pytest

from client_desktop.core.accounts.stages import Stage, StageAnswer
from client_desktop.core.changes import Changes, EncryptionStateChanged, VerificationChanged
from client_desktop.core.client import Client
from client_desktop.core.values import SyncTransport, UserTrust, Verification, VerificationStage
from tests.desktop.clients import Heard, OpenClient


class Nobody:
    """Answers no question: none is to be asked."""

    async def ask(self, stage: Stage) -> StageAnswer | None:
        raise AssertionError(f"asked for {stage}")


def newest(client: Client) -> Verification:
    return client.crypto.verifications.all()[-1]


def at(stage: VerificationStage, *clients: Client) -> bool:
    shown = [client.crypto.verifications.all() for client in clients]
    return all(of_client and of_client[-1].stage is stage for of_client in shown)


async def compare(heard: Heard[VerificationChanged], asking: Client, other: Client) -> None:
    """From the request on: accept, compare, confirm."""
    await heard.until(lambda: at(VerificationStage.REQUESTED, other))
    this = newest(other).verification_id
    await other.crypto.verifications.accept(this)
    await heard.until(lambda: at(VerificationStage.READY, asking, other))
    await asking.crypto.verifications.start_emoji(this)
    await heard.until(lambda: at(VerificationStage.COMPARE, asking, other))
    assert newest(asking).emoji == newest(other).emoji
    for client in (asking, other):
        await client.crypto.verifications.confirm(this)
    await heard.until(lambda: at(VerificationStage.DONE, asking, other))


@pytest.mark.parametrize("transport", [SyncTransport.WEBSOCKET, SyncTransport.LONG_POLL])
async def test_clients_set_up_and_verify_while_they_sync(
    open_client: OpenClient, changes: Changes, transport: SyncTransport
) -> None:
    alice = await open_client("alice", only=transport)
    bob = await open_client("bob", only=transport)
    with Heard(changes, EncryptionStateChanged) as state, Heard(changes, VerificationChanged) as heard:
        for client in (alice, bob):
            await client.crypto.set_up(Nobody())
        await state.until(lambda: all(c.crypto.state().storage_exists for c in (alice, bob)))
        assert alice.crypto.state().backup_active

        room_id = await alice.rooms.start_direct(bob.me.user_id)
        await bob.rooms.join(room_id)
        await alice.crypto.verifications.request_user(bob.me.user_id, room_id)
        await compare(heard, alice, bob)
        assert alice.crypto.user_trust(bob.me.user_id) is UserTrust.VERIFIED

        second = await open_client("alice", only=transport)
        await second.crypto.verifications.request_own(alice.me.device_id)
        await compare(heard, second, alice)
        await state.until(lambda: second.crypto.state().private_keys_here)
        await state.until(lambda: second.crypto.state().device_verified)
        await state.until(lambda: second.crypto.state().backup_active)
