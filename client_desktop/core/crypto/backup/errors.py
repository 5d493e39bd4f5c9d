"""What goes wrong with the backup of room keys, as values that people are told."""

from client_desktop.core.errors import ClientError


class NoBackup(ClientError):
    """There is no backup, or none of a kind that this client knows."""

    word = "no_backup"


class BackupKeyMissing(ClientError):
    """The key that decrypts the backup is not on this device."""

    word = "backup_key_missing"
