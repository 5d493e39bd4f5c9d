"""What can go wrong with the embedded PostgreSQL."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot run; the message says what an operator can do."""


class DataDirInUse(EmbeddedPostgresError):
    """Another server runs on the same data folder."""
