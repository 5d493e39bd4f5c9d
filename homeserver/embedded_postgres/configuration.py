"""The embedded PostgreSQL's configuration files, written anew at each start.

An operator's own settings belong in postgresql.auto.conf (ALTER SYSTEM), which PostgreSQL reads after these.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

ROLE: Final = "parlour"
MAP: Final = "parlour"
HEADER: Final = "# Written at each start of the server. Settings of your own: ALTER SYSTEM SET ...\n"

DURABLE: Final = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
NOT_DURABLE: Final = dict.fromkeys(DURABLE, "off")

# For a small machine that does much else, and a database of many short statements.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_buffers": "16MB",
    "wal_compression": "pglz",  # the only method that every build has
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "10min",  # bounds the time that a start after a crash takes
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",  # statements are short
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in containers, and closed or missing in some
    "jit": "off",
    "timezone": "UTC",
    "lc_messages": "C",
    "cluster_name": "parlour",
    # The server's output, kept for a week in files of its own.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_duration_statement": "2s",
    # Parameters can be passwords' hashes and messages.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def render_settings(socket_folder: Path, max_connections: int, *, durable: bool) -> str:
    """Return postgresql.conf."""
    settings = {
        **SETTINGS,
        **(DURABLE if durable else NOT_DURABLE),
        "unix_socket_directories": str(socket_folder),
        "max_connections": str(max_connections),
    }
    return HEADER + "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def render_authentication() -> str:
    """Return pg_hba.conf: who may connect is asked of the operating system, by the socket's other end."""
    return f"{HEADER}local all all peer map={MAP}\n"


def render_user_map(system_users: Iterable[str]) -> str:
    """Return pg_ident.conf: each of these system users is the database's one role."""
    return HEADER + "".join(f'{MAP} "{user}" {ROLE}\n' for user in sorted(set(system_users)))
