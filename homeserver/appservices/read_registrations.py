"""Registration files: YAML, as bridges write it. All that is wrong with all of them is said at once."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from federation.protocol.ids import MAX_IDENTIFIER_BYTES, ServerName, UserId
from homeserver.appservices.patterns import UnusablePattern, compile_pattern
from homeserver.appservices.registration import Namespace, Registration
from homeserver.config.problems import ConfigProblems
from homeserver.json_types import JsonObject

MAX_FILE_BYTES: Final = 1024 * 1024
SUFFIXES: Final = (".yaml", ".yml")
URL: Final = re.compile(r"https?://[^\s?#]+")
LOCALPART: Final = re.compile(r"[^\s:\x00]+")
TOKEN: Final = re.compile(r"[\x21-\x7e]+")
ID: Final = re.compile(r"[^\x00-\x1f\x7f]{1,255}")

EPHEMERAL_KEYS: Final = ("receive_ephemeral", "push_ephemeral", "de.sorunome.msc2409.push_ephemeral")
ENCRYPTION_KEY: Final = "org.matrix.msc3202"


def read_registrations(paths: Iterable[Path], server_name: ServerName) -> tuple[Registration, ...]:
    """Read the registrations in files, and in the YAML files of folders.

    Raises: ConfigProblems, with one line for everything that is wrong, and no secret in it.
    """
    problems: list[str] = []
    found = [
        (path, registration)
        for path in _files(paths, problems)
        if (registration := _read_file(path, server_name, problems)) is not None
    ]
    _check_unique(found, problems)
    if problems:
        raise ConfigProblems(problems)
    return tuple(registration for _, registration in found)


def parse_registration(document: object, server_name: ServerName) -> tuple[Registration | None, list[str]]:
    """Return the registration in a YAML document, or all that is wrong with it. Unknown keys are ignored."""
    if not isinstance(document, dict):
        return None, ["is not a table of keys"]
    reader = _Reader(document)
    namespaces = reader.table("namespaces")
    localpart = reader.text("sender_localpart", LOCALPART, "a user's name, without `@` and server")
    registration = Registration(
        id=reader.text("id", ID, "a name of up to 255 characters"),
        url=reader.url(),
        as_token=reader.text("as_token", TOKEN, "a secret without spaces", secret=True),
        hs_token=reader.text("hs_token", TOKEN, "a secret without spaces", secret=True),
        sender=UserId(f"@{localpart}:{server_name}"),
        users=reader.namespaces(namespaces, "users"),
        aliases=reader.namespaces(namespaces, "aliases"),
        rooms=reader.namespaces(namespaces, "rooms"),
        protocols=reader.texts("protocols"),
        rate_limited=reader.flag("rate_limited"),
        receives_ephemeral=any(list(map(reader.flag, EPHEMERAL_KEYS))),
        encrypted=reader.flag(ENCRYPTION_KEY),
    )
    if len(registration.sender) > MAX_IDENTIFIER_BYTES:
        reader.problems.append("sender_localpart: is too long")
    return (None if reader.problems else registration), reader.problems


class _Reader:
    """Takes values out of a document, and notes what is wrong with them."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self.problems: list[str] = []

    def text(self, key: str, form: re.Pattern[str], described: str, *, secret: bool = False) -> str:
        value = self._document.get(key)
        if isinstance(value, str) and form.fullmatch(value):
            return value
        if key not in self._document:
            self.problems.append(f"{key}: is missing; it should be {described}")
        else:
            shown = "" if secret else f" (it is {str(value)[:60]!r})"
            self.problems.append(f"{key}: should be {described}{shown}")
        return ""

    def url(self) -> str | None:
        if "url" in self._document and self._document["url"] in (None, ""):
            return None
        return self.text("url", URL, "null, or begin with http:// or https://").rstrip("/")

    def table(self, key: str) -> JsonObject:
        value = self._document.get(key)
        if not isinstance(value, dict):
            self.problems.append(f"{key}: should be a table with users, aliases and rooms")
            return {}
        return value

    def namespaces(self, tables: JsonObject, kind: str) -> Sequence[Namespace]:
        entries = tables.get(kind) or []
        if not isinstance(entries, list):
            self.problems.append(f"namespaces.{kind}: should be a list")
            return ()
        return [
            namespace
            for index, entry in enumerate(entries)
            if (namespace := self._namespace(entry, f"namespaces.{kind}[{index}]")) is not None
        ]

    def _namespace(self, entry: Any, key: str) -> Namespace | None:
        regex = entry.get("regex") if isinstance(entry, dict) else None
        exclusive = entry.get("exclusive", False) if isinstance(entry, dict) else None
        if not isinstance(regex, str) or not isinstance(exclusive, bool):
            self.problems.append(f"{key}: should have `regex`, a text, and `exclusive`, true or false")
            return None
        try:
            return Namespace(compile_pattern(regex), exclusive)
        except UnusablePattern as error:
            self.problems.append(f"{key}.regex: {error}")
            return None

    def texts(self, key: str) -> Sequence[str]:
        value = self._document.get(key) or []
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self.problems.append(f"{key}: should be a list of texts")
            return ()
        return tuple(dict.fromkeys(value))

    def flag(self, key: str) -> bool:
        value = self._document.get(key)
        if value not in (None, True, False):
            self.problems.append(f"{key}: should be true or false")
        return value is True


def _files(paths: Iterable[Path], problems: list[str]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
        elif path.is_file():
            files.append(path)
        else:
            problems.append(f"appservices: {path} is neither a file nor a folder")
    return list(dict.fromkeys(files))


def _read_file(path: Path, server_name: ServerName, problems: list[str]) -> Registration | None:
    import yaml  # only where there are application services: it takes some MB

    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise ValueError("is too long")
        document = yaml.safe_load(raw)
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        problems.append(f"{path}: is not YAML{where}")
    except (ValueError, RecursionError) as error:
        problems.append(f"{path}: {error}")
    else:
        registration, found = parse_registration(document, server_name)
        problems += [f"{path}: {problem}" for problem in found]
        return registration
    return None


def _check_unique(found: Sequence[tuple[Path, Registration]], problems: list[str]) -> None:
    """Refuse two application services with the same id or as_token: requests are told apart by them."""
    for what in ("id", "as_token", "sender"):
        first: dict[str, Path] = {}
        for path, registration in found:
            value = getattr(registration, what)
            earlier = first.setdefault(value, path)
            if earlier != path:
                name = "sender_localpart" if what == "sender" else what
                problems.append(f"{path}: {name}: is that of {earlier} too")
