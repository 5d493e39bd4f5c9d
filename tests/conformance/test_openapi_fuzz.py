"""The specification's OpenAPI run against a server: good requests, generated ones, and broken ones.

No answer may be a 5xx or differ from its schema. An operation that is served must succeed at least once; the
others are listed in not-served.txt, and that list is never stale.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from homeserver.json_types import JsonObject
from tests.conformance.asking import ANSWER_LIMIT_S, Asker
from tests.conformance.bridge import running_bridge
from tests.conformance.fuzz_document import build_document
from tests.conformance.good_requests import GOOD_REQUESTS, NEVER_SUCCEED, GoodRequest
from tests.conformance.openapi import UNSET, Operation, load_operations, spec_data
from tests.conformance.provider import running_provider
from tests.conformance.response_validator import ResponseValidator
from tests.conformance.world import build_world
from tests.support.parlour_process import ParlourProcess

NOT_SERVED = Path(__file__).with_name("not-served.txt")
EXAMPLES = 10
LIMIT_S = 300

SETTINGS: JsonObject = {
    "well_known": {
        "support": {"support_page": "https://parlour.test/support"},
        "policy_server": {"public_keys": {"ed25519": "6yhHGKhCiXTSEN2ksjV7kX/N6rBQZ3Xb+M7LlC6NS+s"}},
    },
    "turn": {"uris": ["turn:turn.parlour.test"], "shared_secret": "a secret"},
    # Nobody listens there: what is queued for it is never sent.
    "smtp": {"host": "127.0.0.1", "port": 1, "security": "none", "sender": "parlour@parlour.test"},
    "previews": {"enabled": True, "allow_addresses": ["127.0.0.1"]},
}

# Each is the client's fault, whatever endpoint it is sent to.
BROKEN_BODIES = (
    b"{",
    b"[]",
    b'"text"',
    b"null",
    b'{"a": NaN}',
    b'{"\xff": 1}',
    b'{"a": "\\ud800"}',
    b'{"a": ' + b"[" * 2000 + b"]" * 2000 + b"}",
)
# Each may be ignored where nobody reads the member, and must never be a server error.
ODD_BODIES = (
    b'{"a": 1e400}',
    b'{"a": 0.1}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": "\\u0000"}',
    b'{"a": 1, "a": 2}',
)


@pytest.fixture(scope="module")
def folder() -> Path:
    folder = spec_data()
    if folder is None:
        pytest.skip(UNSET)
    return folder


@pytest.fixture(scope="module")
def asker(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    here = tmp_path_factory.mktemp("conformance")
    with running_bridge(here) as registration, running_provider() as oidc:
        settings = {**SETTINGS, "appservices": [str(registration)], "oidc": oidc}
        server = ParlourProcess(here / "data", settings)
        server.start()
        try:
            asker = Asker(build_world(server.base_url), ResponseValidator(folder))
            yield asker
            asker.session.close()
        finally:
            code = server.stop()
    assert code == 0, f"the server ended with {code}"


@pytest.fixture(scope="module")
def operations(folder: Path, asker: Asker) -> list[Operation]:
    """Ask every operation well once, and return those that are served.

    Those with a good request of their own go first: some make what the others read.
    """
    order = {operation_id: number for number, operation_id in enumerate(GOOD_REQUESTS)}
    known = sorted(load_operations(folder), key=lambda found: order.get(found.operation_id, len(order)))
    for operation in known:
        asker.ask_well(operation)
    return [operation for operation in known if operation.operation_id not in asker.unrecognized]


def test_list_of_operations_not_served_is_true(asker: Asker, operations: list[Operation]) -> None:
    assert operations
    lines = NOT_SERVED.read_text().splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert not listed - asker.unrecognized, "served now: strike them from not-served.txt"
    assert not asker.unrecognized - listed, "not served: serve them, or list them in not-served.txt"


def test_every_operation_served_succeeds_as_specified(asker: Asker, operations: list[Operation]) -> None:
    served = {operation.operation_id for operation in operations} - NEVER_SUCCEED
    failed = {name: asker.statuses[name] for name in served if min(asker.statuses[name]) >= 400}
    assert not failed, f"never answered 2xx: {failed}"
    assert not asker.problems, "\n".join(asker.problems)


@pytest.mark.timeout(LIMIT_S)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_generated_requests_are_answered_as_specified(
    asker: Asker, operations: list[Operation], mode: GenerationMode
) -> None:
    asker.problems.clear()
    by_label = {f"{operation.method} {operation.path}": operation for operation in operations}
    schema = schemathesis.openapi.from_dict(build_document(operations, asker.world))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        generated = found.ok()
        ask_generated(asker, by_label[generated.label], generated.as_strategy(generation_mode=mode))
    assert not asker.problems, "\n".join(asker.problems)


def ask_generated(asker: Asker, operation: Operation, cases: SearchStrategy[Case[Any]]) -> None:
    """Send some of the requests that a strategy makes; the same ones in every run."""
    good = GOOD_REQUESTS.get(operation.operation_id, GoodRequest())
    headers = {"Authorization": f"Bearer {asker.world_for(good).token}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Case[Any]) -> None:
        arguments = {
            "allow_redirects": False,
            **case.as_transport_kwargs(asker.world.base_url, headers=headers),
        }
        asker.note(operation, asker.session.request(**arguments, timeout=ANSWER_LIMIT_S))

    # What has neither body nor parameters cannot be asked wrongly.
    with suppress(Unsatisfiable):
        ask()


@pytest.mark.parametrize("body", BROKEN_BODIES)
def test_broken_body_is_the_clients_fault(asker: Asker, operations: list[Operation], body: bytes) -> None:
    accepted = ask_all_with_body(asker, operations, body)
    assert not asker.problems, "\n".join(asker.problems)
    assert not accepted, f"took {body[:40]!r} for a request: {accepted}"


@pytest.mark.parametrize("body", ODD_BODIES)
def test_odd_body_is_no_server_error(asker: Asker, operations: list[Operation], body: bytes) -> None:
    ask_all_with_body(asker, operations, body)
    assert not asker.problems, "\n".join(asker.problems)


def ask_all_with_body(asker: Asker, operations: list[Operation], body: bytes) -> list[str]:
    """Send the body to every operation that takes JSON, and return those that answered with success."""
    asker.problems.clear()
    accepted = []
    for operation in operations:
        takes_json = "application/json" in operation.definition.get("requestBody", {}).get("content", {})
        if takes_json and asker.ask_with_body(operation, body).ok:
            accepted.append(operation.operation_id)
    return accepted
