"""Every operation of which the specification says so is limited in its rate."""

import re

import pytest

from homeserver.config.limits import Limits
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.conformance.named_answers import TOO_MANY_REQUESTS, load_named_answers
from tests.conformance.openapi import UNSET, load_operations, spec_data

ONCE = {"per_second": 0.001, "burst": 1}
ACTIONS = Limits.model_fields.keys() - {"enabled"}


@pytest.mark.parametrize("overrides", [{"limits": {"enabled": True, **dict.fromkeys(ACTIONS, ONCE)}}])
async def test_second_request_is_one_too_many(client: ApiClient) -> None:
    folder = spec_data()
    if folder is None:
        pytest.skip(UNSET)
    alice = await client.register("alice")
    limited = {
        answer.operation_id for answer in load_named_answers(folder) if answer.status == TOO_MANY_REQUESTS
    }
    room_id = "!room:example.org"
    ids = {"userId": alice.user_id, "roomId": room_id, "roomIdOrAlias": room_id, "serverName": "example.org"}
    unlimited = set()
    for operation in load_operations(folder):
        if operation.operation_id in limited:
            path = re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], "x"), operation.path)
            body: JsonObject | None = {} if "requestBody" in operation.definition else None
            replies = [await alice.request(operation.method, path, body) for _ in range(2)]
            if replies[1].errcode != "M_LIMIT_EXCEEDED":
                unlimited.add(operation.operation_id)
    assert not unlimited
