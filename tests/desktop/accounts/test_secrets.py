"""Tokens and keys on the disk: readable with the key of the keyring, of a file, or of a passphrase, alone."""

import stat
import threading
from pathlib import Path

import keyring.errors
import pytest

from client_desktop.core.accounts.secret_keys import (
    KEY_FILE_NAME,
    KeyringClosed,
    open_secret_store,
    set_secrets_aside,
)
from client_desktop.core.accounts.secret_store import FILE_NAME, FileSecretStore, MemorySecretStore
from client_desktop.core.accounts.session import Session, session_from_json
from client_desktop.core.accounts.stored_sessions import forget_session, keep_session, stored_sessions
from client_desktop.core.errors import NotAllowed, StoreDamaged

TOKEN = b"syt_secret_token"


class SomeKeyring:
    """A keyring in memory; `trouble` is raised instead of an answer."""

    def __init__(self, *, keeps: bool = True, trouble: Exception | None = None) -> None:
        self.passwords: dict[tuple[str, str], str] = {}
        self._keeps = keeps
        self._trouble = trouble

    def get_password(self, service_name: str, username: str, /) -> str | None:
        if self._trouble is not None:
            raise self._trouble
        return self.passwords.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str, /) -> None:
        if self._keeps:
            self.passwords[service_name, username] = password


async def test_secrets_open_again_with_the_key_in_the_keyring_and_not_without(tmp_path: Path) -> None:
    kept = SomeKeyring()
    store = await open_secret_store(tmp_path, kept)
    store.set("token", TOKEN)
    store.set("other", b"\0\xff")
    store.delete("other")
    store.delete("other")
    assert store.names() == ("token",)
    data = (tmp_path / FILE_NAME).read_bytes()
    assert TOKEN not in data
    assert not (tmp_path / KEY_FILE_NAME).exists()
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert (await open_secret_store(tmp_path, kept)).get("token") == TOKEN
    with pytest.raises(KeyringClosed):
        await open_secret_store(tmp_path, SomeKeyring(trouble=keyring.errors.KeyringLocked()))
    kept_key = dict(kept.passwords)
    kept.passwords = dict.fromkeys(kept.passwords, "not a key")
    for lost in (SomeKeyring(), None, kept):
        with pytest.raises(StoreDamaged):
            await open_secret_store(tmp_path, lost)
    kept.passwords = kept_key
    assert (await open_secret_store(tmp_path, kept)).get("token") == TOKEN, "nothing was lost by trying"
    set_secrets_aside(tmp_path)
    assert (await open_secret_store(tmp_path, SomeKeyring())).names() == ()


@pytest.mark.parametrize(
    "system",
    [
        None,
        SomeKeyring(keeps=False),
        SomeKeyring(trouble=keyring.errors.KeyringLocked()),
        SomeKeyring(trouble=ValueError("of some library")),
    ],
    ids=["none", "one that keeps nothing", "one that stays locked", "one that breaks"],
)
async def test_without_a_keyring_the_key_lies_in_a_file_of_its_owner(
    tmp_path: Path, system: SomeKeyring | None
) -> None:
    store = await open_secret_store(tmp_path, system)
    store.set("token", TOKEN)
    assert stat.S_IMODE((tmp_path / KEY_FILE_NAME).stat().st_mode) == 0o600
    assert (await open_secret_store(tmp_path, SomeKeyring())).get("token") == TOKEN
    (tmp_path / KEY_FILE_NAME).write_bytes(b"short")
    with pytest.raises(StoreDamaged):
        await open_secret_store(tmp_path, system)


async def test_without_a_keyring_a_passphrase_may_guard_the_secrets(tmp_path: Path) -> None:
    async def right() -> str:
        return "open sesame"

    async def wrong() -> str:
        return "open barley"

    store = await open_secret_store(tmp_path, None, right)
    store.set("token", TOKEN)
    assert not (tmp_path / KEY_FILE_NAME).exists()
    assert (await open_secret_store(tmp_path, SomeKeyring(), right)).get("token") == TOKEN
    with pytest.raises(NotAllowed):
        await open_secret_store(tmp_path, None, wrong)
    with pytest.raises(StoreDamaged):
        await open_secret_store(tmp_path, None)


def test_an_altered_file_of_secrets_is_refused(tmp_path: Path) -> None:
    path, key = tmp_path / FILE_NAME, bytes(32)
    FileSecretStore(path, key).set("token", TOKEN)
    data = path.read_bytes()
    for altered in (data[:-1], data[:-1] + bytes([data[-1] ^ 1]), b"something else", data + bytes(5_000_000)):
        path.write_bytes(altered)
        with pytest.raises(StoreDamaged):
            FileSecretStore(path, key)
    with pytest.raises(ValueError, match="32 bytes"):
        FileSecretStore(path, b"short")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StoreDamaged):
        FileSecretStore(folder, key)


def test_a_failed_write_leaves_the_old_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / FILE_NAME
    store = FileSecretStore(path, bytes(32))
    store.set("token", TOKEN)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.set("token", b"new")
    assert store.get("token") == TOKEN
    assert FileSecretStore(path, bytes(32)).get("token") == TOKEN
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_sessions_are_kept_each_for_itself_and_never_shown() -> None:
    secrets = MemorySecretStore()
    alice = Session(
        "@alice:example.org", "A", "https://example.org", "token-a", "refresh-a", 5, "client", "iss"
    )
    bob = Session("@bob:example.org", "B", "https://example.org", "token-b")
    keep_session(secrets, alice)
    keep_session(secrets, bob)
    secrets.set("pickle:@alice:example.org", b"another secret")
    assert stored_sessions(secrets) == (alice, bob)
    assert "token-a" not in repr(alice)
    assert "refresh-a" not in repr(alice)
    keep_session(secrets, alice.with_tokens("token-a2", None, None))
    assert stored_sessions(secrets)[0].refresh_token == "refresh-a"
    secrets.set("session:@alice:example.org", b"{broken")
    assert stored_sessions(secrets) == (bob,)
    secrets.set("session:@alice:example.org", b'{"user_id": 5}')
    assert stored_sessions(secrets) == (bob,)
    forget_session(secrets, bob.user_id)
    assert stored_sessions(secrets) == ()
    later = {**bob.to_json(), "of_a_later_version": True}
    assert session_from_json(later) == bob


async def test_a_keyring_that_never_answers_does_not_keep_the_client_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    class Silent(SomeKeyring):
        def get_password(self, service_name: str, username: str, /) -> str | None:
            done.wait(10)
            return None

    monkeypatch.setattr("client_desktop.core.accounts.secret_keys.KEYRING_TIMEOUT_S", 0.01)
    store = await open_secret_store(tmp_path, Silent())
    store.set("token", TOKEN)
    assert (tmp_path / KEY_FILE_NAME).exists()
    done.set()
