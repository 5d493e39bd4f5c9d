"""Who is answered what: access.csv, asked of one server by everybody it names.

A cell is `ok` or the refusal, then what the answer gives away, by the names of `SECRETS`: `ok name+early`.
What a cell does not name must not be in the answer. `-` is not asked: it would make the caller another.
"""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp

from homeserver.admin_api import admin_routes
from homeserver.app import running_server
from homeserver.client_api import client_routes
from homeserver.config.settings import Settings
from tests.api.client import ApiClient, Reply
from tests.conformance.access_world import CALLERS, SECRETS, AccessWorld, build_access_world
from tests.conformance.openapi import path_pattern

TABLE = Path(__file__).with_name("access.csv")
NOT_ASKED = "-"
# The same for everybody: pages, single sign-on, rendezvous, what needs no access token or brings its own.
KNOW_NO_CALLER = re.compile(
    r"^/$|/\.well-known/|/versions$|/pages/|/parlour/|/parlour\.websocket/|/sso/|/m\.login\.sso/|/fallback/"
    r"|/rendezvous|/requestToken$|/register|/push/v1/|/federation/|^/config\.json$|^/\{page\}$|\{path\*\}$"
)
ADMINISTRATION_FOR_ALL = ("/_synapse/admin/v1/server_version",)
# What a cell says in a word.
REFUSALS = {
    "missing token": "401 M_MISSING_TOKEN",
    "unknown token": "401 M_UNKNOWN_TOKEN",
    "locked": "401 M_USER_LOCKED",
    "guest": "403 M_GUEST_ACCESS_FORBIDDEN",
    "suspended": "403 M_USER_SUSPENDED",
    "forbidden": "403 M_FORBIDDEN",
    "not found": "404 M_NOT_FOUND",
}
REFUSED = REFUSALS.keys() - {"not found"}
WORDS = {answer: word for word, answer in REFUSALS.items()}


@dataclass(frozen=True)
class Row:
    """A request, and the cell of each caller."""

    method: str
    path: str
    body: str
    cells: dict[str, str]


def read_rows() -> Iterator[Row]:
    with TABLE.open() as file:
        for line in csv.DictReader(file):
            yield Row(line["method"], line["path"], line["body"], {name: line[name] for name in CALLERS})


def test_every_route_is_in_the_table() -> None:
    rows = list(read_rows())
    untold = []
    for route in client_routes():
        pattern = path_pattern(route.path)
        in_table = any(
            row.method == route.method and pattern.fullmatch(row.path.partition("?")[0]) for row in rows
        )
        if not in_table and KNOW_NO_CALLER.search(route.path) is None:
            untold.append(f"{route.method} {route.path}")
    assert not untold


async def test_everybody_is_answered_as_the_table_says(tmp_path: Path, database_url: str) -> None:
    async with running_world(tmp_path, database_url) as world:
        differing = []
        for row in read_rows():
            for caller, cell in row.cells.items():
                if cell != NOT_ASKED:
                    answered = cell_of(await ask(world, row, caller))
                    if answered != cell:
                        differing.append(f"{row.method} {row.path}: {caller}: {answered!r}, not {cell!r}")
        assert not differing, "\n".join(differing)
        await check_that_secrets_would_be_found(world)
        await check_that_administration_is_for_admins(world)


async def check_that_secrets_would_be_found(world: AccessWorld) -> None:
    """Fail where the words that must not be given away are not even there for whom they belong to."""
    owner = f"/user/{world.quentin.user_id}/account_data/org.example.known"
    for path, name in (("/account/3pid", "mail"), ("/devices", "device"), (owner, "data")):
        assert cell_of(await world.quentin.get(path)) == f"ok {name}"


async def check_that_administration_is_for_admins(world: AccessWorld) -> None:
    """Ask for every endpoint of administration as everybody but the admin."""
    values = {"userId": "<quentin>", "roomId": "<room>", "roomIdOrAlias": "<room>", "eventId": "<later>"}
    for route in admin_routes():
        if route.path in ADMINISTRATION_FOR_ALL:
            continue
        path = re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], "x"), route.path)
        row = Row(route.method, path, "" if route.method == "GET" else "{}", {})
        for caller in CALLERS:
            if caller != "admin":
                answered = cell_of(await ask(world, row, caller))
                assert answered in REFUSED, (route.path, caller)


async def ask(world: AccessWorld, row: Row, caller: str) -> Reply:
    """Send a row's request as a caller."""
    path, _, query = world.fill(row.path).partition("?")
    target = quote(path, safe="/%") + ("?" + query if query else "")
    body = json.loads(world.fill(row.body)) if row.body else None
    return await world.callers[caller].request(row.method, target, body)


def cell_of(reply: Reply) -> str:
    """Return what the table would say of an answer."""
    answer = "ok" if reply.status < 400 else f"{reply.status} {reply.errcode}"
    text = reply.body.decode(errors="replace")
    given_away = "+".join(name for name, secret in SECRETS.items() if secret in text)
    return f"{WORDS.get(answer, answer)} {given_away}".strip()


@asynccontextmanager
async def running_world(folder: Path, database_url: str) -> AsyncIterator[AccessWorld]:
    """Run the server for the length of the block."""
    written = {
        "server_name": "example.org",
        "data_dir": folder,
        "database_url": database_url,
        "auth": {"password_hash": "minimum"},
        "limits": {"enabled": False},
        "registration": {"mode": "open", "guests": True},
        "listeners": [{"port": 0, "serve": ["client", "media"]}],
    }
    settings = Settings.model_validate(written)
    async with running_server(settings) as server, aiohttp.ClientSession() as session:
        anonymous = ApiClient(session, server.listeners.base_urls[0])
        yield await build_access_world(anonymous, server.services)
