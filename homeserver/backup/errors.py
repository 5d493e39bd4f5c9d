"""What keeps a backup from being made or restored."""


class BackupError(Exception):
    """The message is for the operator, and says what to do."""
