"""A server's commands as its operator gives them, and somebody whose data they are about."""

import subprocess
import sys
from pathlib import Path

import aiohttp

from homeserver.json_types import JsonObject
from tests.support.environment import render_environment
from tests.support.parlour_process import TEST_SETTINGS


class Person:
    """An account that calls a server; the server may be another one later."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str = "") -> None:
        self.session, self.base_url, self.token = session, base_url, token

    async def call(
        self, method: str, path: str, body: object = None, data: bytes | None = None
    ) -> JsonObject:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self.base_url}/_matrix/{path}"
        async with self.session.request(method, url, json=body, data=data, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            found: JsonObject = await answer.json()
            return found


def parlour(data_dir: Path, *arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command on a data folder, as its operator does."""
    told = {**TEST_SETTINGS, "data_dir": str(data_dir), **settings}
    command = [str(Path(sys.executable).with_name("parlour")), *map(str, arguments)]
    environment = {"PATH": "/usr/bin:/bin", **render_environment(told)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)


async def register(session: aiohttp.ClientSession, base_url: str, name: str) -> Person:
    person = Person(session, base_url)
    body = {"username": name, "password": "correct horse", "auth": {"type": "m.login.dummy"}}
    person.token = (await person.call("POST", "client/v3/register", body))["access_token"]
    return person
