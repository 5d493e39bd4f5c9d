"""Links: Matrix's own in both spellings, and addresses in text.

Spec: https://spec.matrix.org/v1.19/appendices/#uris
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, quote, unquote, urlsplit

from client_desktop.core.text.bidi import without_direction

MAX_ID = 255
MAX_VIA = 10
OPENABLE = frozenset({"https", "http", "ftp", "mailto", "magnet"})

_MATRIX_TO = re.compile(r"https?://(?:www\.)?matrix\.to/#/(?P<rest>.*)", re.IGNORECASE)
_SIGILS = {"u": "@", "user": "@", "r": "#", "room": "#", "roomid": "!"}
_TYPES = {"@": "u", "#": "r", "!": "roomid"}
_URL = re.compile(
    r"\b(?:https?://|matrix:|mailto:|www\.)[^\s<>\"'`\u2018-\u201f\u00ab\u00bb]+", re.IGNORECASE
)
_IDENTIFIER = re.compile(
    r"(?<![\w/@#:.\-])[@#][A-Za-z0-9._=/+\-]+:[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*(?::\d{1,5})?"
)
_TRAILING = ".,:;!?\"'*_~"


class LinkKind(StrEnum):
    USER = "user"
    ROOM = "room"
    """By its id."""
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class MatrixLink:
    """What a Matrix link points at."""

    kind: LinkKind
    identifier: str
    event_id: str = ""
    via: tuple[str, ...] = ()
    """Servers that may know the room."""
    action: str = ""
    """"join" or "chat" where the link asks for it; nothing is done without the user."""


@dataclass(frozen=True, slots=True)
class FoundLink:
    """An address in text: `text[start:end]` leads to `target`."""

    start: int
    end: int
    target: str


def parse_matrix_link(address: str) -> MatrixLink | None:
    """Return what a `matrix:` URI or a matrix.to link points at; None where it is neither, or malformed."""
    if len(address) > 4_096:
        return None
    if address[:7].lower() == "matrix:":
        return _from_uri(address[7:])
    match = _MATRIX_TO.fullmatch(address)
    return _from_matrix_to(match["rest"]) if match else None


def matrix_to(link: MatrixLink) -> str:
    """Return the spelling that every client and browser understands."""
    path = quote(link.identifier, safe="@:!")
    if link.event_id:
        path += "/" + quote(link.event_id, safe="$")
    return f"https://matrix.to/#/{path}{_via_query(link)}"


def matrix_uri(link: MatrixLink) -> str:
    """Return the `matrix:` URI."""
    path = f"{_TYPES[link.identifier[0]]}/{quote(link.identifier[1:], safe=':')}"
    if link.event_id:
        path += "/e/" + quote(link.event_id[1:], safe="")
    return f"matrix:{path}{_via_query(link, link.action)}"


def find_links(text: str) -> tuple[FoundLink, ...]:
    """Return the addresses in text, in order: web, mail, Matrix, and people and rooms by their id."""
    found = []
    for match in _URL.finditer(text):
        shown = _without_trailing(match.group())
        target = f"https://{shown}" if shown[:4].lower() == "www." else shown
        if _has_target(target):
            found.append(FoundLink(match.start(), match.start() + len(shown), target))
    for match in _IDENTIFIER.finditer(text):
        name = _without_trailing(match.group())
        if not any(link.start < match.end() and match.start() < link.end for link in found):
            kind = LinkKind.USER if name[0] == "@" else LinkKind.ALIAS
            target = matrix_to(MatrixLink(kind, name))
            found.append(FoundLink(match.start(), match.start() + len(name), target))
    return tuple(sorted(found, key=lambda link: link.start))


def may_open(address: str) -> bool:
    """Whether an address may be handed to the system: a known scheme, a host, nothing invisible."""
    if address != without_direction(address) or re.search(r"[\s\x00-\x1f\x7f-\x9f]", address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in OPENABLE:
        return False
    return bool(host) if parts.scheme in {"https", "http", "ftp"} else bool(parts.path or parts.query)


def shown_address(address: str) -> str:
    """Return an address as people should read it: hosts outside ASCII in their real, encoded form."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        real = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError):
        return quote(address, safe=":/?#[]@!$&'()*+,;=%")
    shown = address.replace(host, real, 1) if real != host else address
    return without_direction(shown)


def misleads(label: str, address: str) -> bool:
    """Whether a link's words are the address of another host than it leads to."""
    shown = _without_trailing(without_direction(label).strip())
    if not re.fullmatch(r"(?:https?://)?[\w\-]+(?:\.[\w\-]+)+(?:[:/?#]\S*)?", shown, re.IGNORECASE):
        return False
    try:
        claimed = urlsplit(shown if "://" in shown else f"https://{shown}").hostname or ""
        real = urlsplit(address).hostname or ""
    except ValueError:
        return True
    return claimed.removeprefix("www.").lower() != real.removeprefix("www.").lower()


def _from_uri(rest: str) -> MatrixLink | None:
    path, _, query = rest.partition("#")[0].partition("?")
    parts = [unquote(part) for part in path.removeprefix("//").split("/")]
    if len(parts) not in {2, 4} or parts[0] not in _SIGILS or not parts[1]:
        return None
    event_id = ""
    if len(parts) == 4:
        if parts[2] not in {"e", "event"} or not parts[3]:
            return None
        event_id = f"${parts[3]}"
    return _checked(_SIGILS[parts[0]] + parts[1], event_id, query)


def _from_matrix_to(rest: str) -> MatrixLink | None:
    path, _, query = rest.partition("?")
    identifier, _, event_id = path.partition("/")
    return _checked(unquote(identifier), unquote(event_id), query)


def _checked(identifier: str, event_id: str, query: str) -> MatrixLink | None:
    kinds = {"@": LinkKind.USER, "!": LinkKind.ROOM, "#": LinkKind.ALIAS}
    kind = kinds.get(identifier[:1])
    if kind is None or not _well_formed(identifier) or (event_id and kind is LinkKind.USER):
        return None
    # Rooms of version 12 have ids without a server.
    if kind is not LinkKind.ROOM and ":" not in identifier:
        return None
    if event_id and (event_id[0] != "$" or not _well_formed(event_id)):
        return None
    try:
        asked = parse_qs(query, max_num_fields=50)
    except ValueError:
        return None
    via = tuple(
        server for server in asked.get("via", [])[:MAX_VIA] if re.fullmatch(r"[\w.:\-\[\]]{1,255}", server)
    )
    action = asked.get("action", [""])[0]
    return MatrixLink(kind, identifier, event_id, via, action if action in {"join", "chat"} else "")


def _well_formed(identifier: str) -> bool:
    return (
        1 < len(identifier.encode("utf-8", "replace")) <= MAX_ID
        and identifier == without_direction(identifier)
        and not re.search(r"[\s\x00-\x1f\x7f-\x9f]", identifier)
    )


def _via_query(link: MatrixLink, action: str = "") -> str:
    pairs = [f"via={quote(server, safe=':[]')}" for server in link.via]
    if action:
        pairs.append(f"action={action}")
    return "?" + "&".join(pairs) if pairs else ""


def _without_trailing(address: str) -> str:
    """An address ends before the punctuation of its sentence, and before a bracket it did not open."""
    while address:
        last = address[-1]
        unopened = last in ")]}" and address.count(last) > address.count("([{"[")]}".index(last)])
        if last not in _TRAILING and not unopened:
            break
        address = address[:-1]
    return address


def _has_target(address: str) -> bool:
    if address[:7].lower() == "matrix:":
        return parse_matrix_link(address) is not None
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) if parts.scheme != "mailto" else "@" in parts.path
    except ValueError:
        return False
