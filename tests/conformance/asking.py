"""Asks a running server, holds every answer against the specification, and keeps count of the statuses."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import quote

import requests

from homeserver.json_types import JsonValue
from tests.conformance.bridge import AS_TOKEN
from tests.conformance.good_requests import GOOD_REQUESTS, PATH_IDS, GoodRequest
from tests.conformance.openapi import Operation
from tests.conformance.response_validator import ResponseValidator
from tests.conformance.seen import note_answer
from tests.conformance.world import World, register_victim

ANSWER_LIMIT_S = 100


@dataclass
class Asker:
    """What was answered so far, by operation id; `problems` are sentences for a person."""

    world: World
    validator: ResponseValidator
    session: requests.Session = field(default_factory=requests.Session)
    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    unrecognized: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def ask_well(self, operation: Operation) -> None:
        """Send the operation's good request."""
        good = GOOD_REQUESTS.get(operation.operation_id, GoodRequest())
        world = self.world_for(good)
        self._ask(operation, good, world, encode_body(operation, world.fill(good.body)))

    def ask_with_body(self, operation: Operation, body: bytes) -> requests.Response:
        """Send the operation's good request with another body."""
        good = GOOD_REQUESTS.get(operation.operation_id, GoodRequest())
        return self._ask(operation, good, self.world_for(good), body)

    def world_for(self, good: GoodRequest) -> World:
        """Return the world, with an account of its own where the request would end Alice's sessions."""
        if good.as_appservice:
            return World(self.world.base_url, AS_TOKEN, self.world.ids)
        if not good.as_victim:
            return self.world
        victim = register_victim(self.world.base_url)
        return World(self.world.base_url, victim["victim_token"], {**self.world.ids, **victim})

    def note(self, operation: Operation, response: requests.Response) -> None:
        """Check an answer and remember its status; every problem is kept, so that one run shows them all."""
        status = response.status_code
        self.statuses[operation.operation_id].add(status)
        body = decoded(response)
        note_answer(operation.method, str(response.request.path_url), status, body)
        if isinstance(body, dict) and body.get("errcode") == "M_UNRECOGNIZED" and status in (404, 405):
            self.unrecognized.add(operation.operation_id)
        elif status >= 500 and operation.response(status) is None:
            self.problems.append(f"{describe(operation, response)}: {response.text[:300]}")
        elif "json" in response.headers.get("Content-Type", ""):
            self._validate(operation, response, body)

    def _ask(
        self, operation: Operation, good: GoodRequest, world: World, body: bytes | None
    ) -> requests.Response:
        response = self.session.request(
            operation.method,
            world.base_url + fill_path(operation, good, world),
            params={name: world.fill_text(value) for name, value in good.query.items()},
            data=body,
            headers={"Authorization": f"Bearer {world.token}", "Content-Type": good.content_type},
            timeout=ANSWER_LIMIT_S,
            allow_redirects=False,
        )
        self.note(operation, response)
        return response

    def _validate(self, operation: Operation, response: requests.Response, body: JsonValue) -> None:
        try:
            self.validator.validate(operation.method, operation.path, response.status_code, body)
        except AssertionError as error:
            self.problems.append(str(error))


def fill_path(operation: Operation, good: GoodRequest, world: World) -> str:
    """Return the operation's path with the real values of its variables, percent-encoded."""
    path = operation.path
    for name, known in {**PATH_IDS, **good.path}.items():
        path = path.replace(f"{{{name}}}", quote(world.fill_text(known), safe=""))
    return path


def encode_body(operation: Operation, body: JsonValue) -> bytes | None:
    """Return the bytes of a good request's body; text is no JSON, but an upload."""
    if isinstance(body, str):
        return body.encode()
    if body is None and "requestBody" not in operation.definition:
        return None
    return json.dumps(body if body is not None else {}).encode()


def decoded(response: requests.Response) -> JsonValue:
    """Return the response's JSON, None where it has none."""
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    body: JsonValue = response.json()
    return body


def describe(operation: Operation, response: requests.Response) -> str:
    request = response.request
    return f"{operation.operation_id}: {request.method} {request.url} answered {response.status_code}"
