"""Why something could not be encrypted or decrypted, as values that the interface has words for."""

from __future__ import annotations

from typing import ClassVar

from client_desktop.core.errors import ClientError


class NotEncrypted(ClientError):
    """The room is not known to be encrypted: nothing can be encrypted for it."""

    word: ClassVar[str] = "room_not_encrypted"


class IdentityChanged(ClientError):
    """People in the room have other cross-signing keys than those we knew: the user must look first."""

    word: ClassVar[str] = "identity_changed"

    def __init__(self, user_ids: frozenset[str]) -> None:
        super().__init__(f"changed identities: {sorted(user_ids)}")
        self.user_ids = user_ids


class Undecryptable(ClientError):
    """An event cannot be shown; `failure_word` names the text `undecryptable.<word>`."""

    word: ClassVar[str] = "undecryptable"

    def __init__(self, failure_word: str, message: str = "") -> None:
        super().__init__(message or failure_word)
        self.failure_word = failure_word


class WrongPassphrase(ClientError):
    """A key file or secret was made with another passphrase, or was changed since."""

    word: ClassVar[str] = "wrong_passphrase"


class BadKeyFile(ClientError):
    """No key export file, or one of a kind that we do not know."""

    word: ClassVar[str] = "bad_key_file"


class AttachmentDamaged(ClientError):
    """A file is not what its sender encrypted, or says of itself what cannot be."""

    word: ClassVar[str] = "attachment_damaged"
