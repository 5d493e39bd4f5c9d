"""A PostgreSQL of the server's own, from a wheel, for those who run none: started, taken over, stopped."""

from homeserver.embedded_postgres.errors import DataDirInUse, EmbeddedPostgresError
from homeserver.embedded_postgres.running import postgres_in_use, running_postgres

__all__ = ["DataDirInUse", "EmbeddedPostgresError", "postgres_in_use", "running_postgres"]
