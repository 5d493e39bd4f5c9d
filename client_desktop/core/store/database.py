"""The file of one account: opening it, its schema, its transactions."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from client_desktop.core.errors import StoreDamaged, StoreTooNew

log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 5.0
PRIMARY_CODE = 0xFF
DAMAGE_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # in WAL mode: a power cut may cost the last moments, never the file
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8192",
    "PRAGMA journal_size_limit = 16777216",
    "PRAGMA secure_delete = ON",  # what was redacted or forgotten is gone from the file too
)
CREATE_SCHEMA_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS schema_versions (number INTEGER PRIMARY KEY, name TEXT NOT NULL)"
)
SELECT_SCHEMA_VERSIONS = "SELECT number FROM schema_versions"


class Store:
    """One account's database. Used on the engine's loop alone; statements are short.

    Everything that belongs together is written in one `transaction()`; reading uses `db`.
    """

    def __init__(self, db: sqlite3.Connection, path: Path | None) -> None:
        self.db = db
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open a file, readable by its owner alone; make it, with its folder, where there is none.

        Raises: StoreDamaged, StoreTooNew.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return cls._prepare(str(path), path)

    @classmethod
    def open_in_memory(cls) -> Store:
        """Open an empty store that ends with the process."""
        return cls._prepare(":memory:", None)

    @classmethod
    def _prepare(cls, name: str, path: Path | None) -> Store:
        db = _connect(name)
        try:
            with damage_as_error():
                for pragma in PRAGMAS:
                    db.execute(pragma)
                _apply_schema(db)
        except BaseException:
            db.close()
            raise
        return cls(db, path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything in the block, or nothing of it.

        Blocks do not nest, and nothing is awaited inside.

        Raises: StoreDamaged.
        """
        if self.db.in_transaction:
            raise RuntimeError("a transaction inside a transaction")
        with damage_as_error():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def open_reader(self) -> sqlite3.Connection:
        """Open a second connection that only reads, for long work in a thread; the caller closes it.

        It sees what is committed. A store in memory has none.
        """
        if self.path is None:
            raise RuntimeError("a store in memory has one connection")
        db = _connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        db.execute("PRAGMA query_only = ON")
        return db

    def close(self) -> None:
        """Close the file; what was committed is in it."""
        self.db.close()


@contextmanager
def damage_as_error() -> Iterator[None]:
    """Turn what SQLite says of a broken file into `StoreDamaged`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE in DAMAGE_CODES:
            raise StoreDamaged(str(error)) from error
        raise


def _connect(name: str, *, uri: bool = False, check_same_thread: bool = True) -> sqlite3.Connection:
    return sqlite3.connect(
        name,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,  # transactions begin where we say
        check_same_thread=check_same_thread,
        cached_statements=512,
        uri=uri,
    )


def _apply_schema(db: sqlite3.Connection) -> None:
    """Run every schema file that this store has not seen, in order, each wholly or not at all."""
    db.execute(CREATE_SCHEMA_VERSIONS)
    applied = {int(number) for (number,) in db.execute(SELECT_SCHEMA_VERSIONS)}
    scripts = _schema_files()
    if unknown := applied - scripts.keys():
        raise StoreTooNew(f"schema versions {sorted(unknown)} are not known here")
    for number in sorted(scripts.keys() - applied):
        name, script = scripts[number]
        record = f"INSERT INTO schema_versions VALUES ({number}, '{name}');"
        try:
            db.executescript(f"BEGIN IMMEDIATE;\n{script}\n;{record} COMMIT;")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        log.debug("store: schema %s applied", name)


def _schema_files() -> dict[int, tuple[str, str]]:
    """Read the schema files that come with the program: number to (name, SQL)."""
    folder = files("client_desktop.core.store") / "schema"
    scripts = {}
    for file in folder.iterdir():
        if file.name.endswith(".sql"):
            name = file.name.removesuffix(".sql")
            scripts[int(name.partition("_")[0])] = (name, file.read_text(encoding="utf-8"))
    return scripts
