"""What goes wrong with secrets, as values that people are told."""

from client_desktop.core.errors import ClientError


class WrongRecoveryKey(ClientError):
    """What was typed is neither the recovery key nor the passphrase that opens this storage."""

    word = "wrong_recovery_key"


class NoSecretStorage(ClientError):
    """The account has no secret storage that this client can open."""

    word = "no_secret_storage"


class SecretMissing(ClientError):
    """The storage is open, and the secret is not in it or cannot be what it claims to be."""

    word = "secret_missing"
