"""Requests: how they are written, how they fail, how tokens are renewed."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from client_desktop.core.api import Api, FixedToken, path
from client_desktop.core.api.paths import encode_query
from client_desktop.core.errors import (
    BadAnswer,
    MatrixError,
    NeedsInteractiveAuth,
    NetworkUnavailable,
    RateLimited,
    TokenRejected,
)
from tests.desktop.clients import OpenClient
from tests.desktop.stage import Stage, on_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    async with on_stage(stage):
        yield stage


@pytest.fixture
def api(stage: Stage, http: aiohttp.ClientSession) -> Api:
    return Api(stage.url + "/", http)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Delays before a repetition take no time; they are listed."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def note(delay_s: float) -> None:
        waited.append(delay_s)
        await sleep(0)

    monkeypatch.setattr("client_desktop.core.api.api.asyncio.sleep", note)
    return waited


async def test_a_request_speaks_for_the_account(open_client: OpenClient) -> None:
    client = await open_client("alice", start=False)
    answer = await client.api.get("/_matrix/client/v3/account/whoami")
    assert answer["user_id"] == "@alice:example.org"
    with pytest.raises(MatrixError):
        await client.api.get("/_matrix/client/v3/account/whoami", auth=False)


async def test_parts_of_a_path_stay_one_segment() -> None:
    assert path("/a/{}/b/{}", "!r/x?y#z:e", "..") == "/a/%21r%2Fx%3Fy%23z%3Ae/b/%2E%2E"
    assert encode_query({"a": True, "b": None, "c": ["x", "y"], "d": 3}) == "?a=true&c=x&c=y&d=3"


async def test_an_encoded_path_arrives_as_it_was_meant(stage: Stage, api: Api) -> None:
    await api.get(path("/x/{}", "a/b%2F"), {"q": "ü&="})
    assert stage.asked[0].raw_path == "/x/a%2Fb%252F?q=%C3%BC%26%3D"


async def test_a_refusal_keeps_its_code_and_body(stage: Stage, api: Api) -> None:
    stage.says(web.json_response({"errcode": "M_FORBIDDEN", "error": "no", "more": 1}, status=403))
    with pytest.raises(MatrixError) as raised:
        await api.get("/x")
    assert (raised.value.status, raised.value.errcode, raised.value.body["more"]) == (403, "M_FORBIDDEN", 1)


async def test_a_refusal_without_json_is_still_a_refusal(stage: Stage, api: Api) -> None:
    stage.says(web.Response(text="<html>Bad Gateway", status=502))
    with pytest.raises(MatrixError) as raised:
        await api.get("/x")
    assert raised.value.status == 502


@pytest.mark.parametrize("body", [b"[]", b"no", b"", b'{"a":NaN}', b"[" * 5000])
async def test_what_is_no_json_object_is_a_bad_answer(stage: Stage, api: Api, body: bytes) -> None:
    stage.says(web.Response(body=body))
    with pytest.raises(BadAnswer):
        await api.get("/x")


async def test_an_answer_that_is_too_large_is_a_bad_answer(stage: Stage, api: Api) -> None:
    stage.says(web.Response(body=b'{"a":"' + b"x" * 2000 + b'"}'))
    with pytest.raises(BadAnswer):
        await api.get("/x", max_bytes=1000)


async def test_a_compressed_answer_is_bounded_by_what_it_unpacks_to(stage: Stage, api: Api) -> None:
    bomb = web.Response(body=b'{"a":"' + b"x" * 1_000_000 + b'"}')
    bomb.enable_compression(web.ContentCoding.gzip)
    stage.says(bomb)
    with pytest.raises(BadAnswer):
        await api.get("/x", max_bytes=100_000)


async def test_interactive_auth_tells_its_flows_whatever_else_it_says(stage: Stage, api: Api) -> None:
    body = {"flows": [{"stages": ["a", 7]}, 3], "completed": ["a"], "params": [], "session": "s"}
    stage.says(web.json_response(body, status=401))
    with pytest.raises(NeedsInteractiveAuth) as raised:
        await api.post("/x")
    error = raised.value
    assert (error.flows, error.completed, error.params, error.session) == ((("a",), ()), ("a",), {}, "s")


@pytest.mark.parametrize(
    ("body", "headers", "expected_ms"),
    [
        ({"retry_after_ms": 1234}, {}, 1234),
        ({}, {"Retry-After": "7"}, 7000),
        ({}, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry_after_ms": 5}, {"Retry-After": "soon"}, 5),
        ({"retry_after_ms": -1}, {}, 1000),
        ({"retry_after_ms": 10**12}, {}, 3_600_000),
        ({"retry_after_ms": "x"}, {}, 1000),
    ],
)
async def test_a_rate_limit_says_how_long(
    stage: Stage, api: Api, body: dict[str, object], headers: dict[str, str], expected_ms: int
) -> None:
    stage.says(web.json_response(body, status=429, headers=headers))
    with pytest.raises(RateLimited) as raised:
        await api.get("/x")
    assert raised.value.retry_after_ms == expected_ms


async def test_nobody_answering_is_no_network(http: aiohttp.ClientSession) -> None:
    with pytest.raises(NetworkUnavailable):
        await Api("http://127.0.0.1:1", http).get("/x")


async def test_an_address_that_is_none_is_a_bad_answer(http: aiohttp.ClientSession) -> None:
    with pytest.raises(BadAnswer):
        await Api("nonsense", http).get("/x")


async def test_an_answer_that_never_comes_is_no_network(stage: Stage, api: Api) -> None:
    never = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.json_response({})

    stage.answer = wait
    with pytest.raises(NetworkUnavailable):
        await api.get("/x", timeout_s=0.05)
    never.set()


async def test_idempotent_requests_are_repeated_where_asked(
    stage: Stage, api: Api, no_waiting: list[float]
) -> None:
    busy = web.json_response({"retry_after_ms": 250}, status=429)
    stage.says(busy, web.Response(status=503), web.json_response({"ok": 1}))
    assert await api.put("/x", {"a": 1}, retry=True) == {"ok": 1}
    assert no_waiting[0] == 0.25
    assert len(stage.asked) == 3


async def test_repetition_ends(stage: Stage, api: Api) -> None:
    stage.says(*[web.Response(status=500) for _ in range(9)])
    with pytest.raises(MatrixError):
        await api.get("/x", retry=True)
    assert len(stage.asked) == 4


async def test_a_refusal_that_will_stay_is_not_repeated(stage: Stage, api: Api) -> None:
    stage.says(web.json_response({"errcode": "M_FORBIDDEN"}, status=403))
    with pytest.raises(MatrixError):
        await api.delete("/x", retry=True)
    long = web.json_response({"retry_after_ms": 600_000}, status=429)
    stage.says(long)
    with pytest.raises(RateLimited):
        await api.get("/x", retry=True)
    assert len(stage.asked) == 2


class Renewable:
    """A token with successors."""

    def __init__(self, *successors: str) -> None:
        self.access_token = "old"
        self.refreshed = 0
        self._successors = list(successors)

    async def refresh(self) -> bool:
        self.refreshed += 1
        await asyncio.sleep(0)
        if not self._successors:
            return False
        self.access_token = self._successors.pop(0)
        return True


async def only_new(request: web.Request) -> web.StreamResponse:
    if request.headers.get("Authorization") == "Bearer new":
        return web.json_response({"ok": True})
    body = {"errcode": "M_UNKNOWN_TOKEN", "error": "expired", "soft_logout": True}
    return web.json_response(body, status=401)


async def test_a_refused_token_is_renewed_once_for_all(stage: Stage, http: aiohttp.ClientSession) -> None:
    tokens = Renewable("new")
    api = Api(stage.url, http, tokens)
    stage.answer = only_new
    answers = await asyncio.gather(*(api.post("/x", {"n": number}) for number in range(5)))
    assert all(answer == {"ok": True} for answer in answers)
    assert tokens.refreshed == 1


async def test_a_token_that_cannot_be_renewed_ends_the_session(
    stage: Stage, http: aiohttp.ClientSession
) -> None:
    stage.answer = only_new
    for tokens in (Renewable(), FixedToken("old"), Renewable("also wrong")):
        with pytest.raises(TokenRejected) as raised:
            await Api(stage.url, http, tokens).get("/x")
        assert raised.value.soft


async def test_a_token_is_renewed_before_it_is_used_elsewhere(http: aiohttp.ClientSession) -> None:
    tokens = Renewable("new")
    assert await Api("http://127.0.0.1:1", http, tokens).renew_token()
    assert tokens.access_token == "new"
    assert not await Api("http://127.0.0.1:1", http).renew_token()


async def test_a_list_is_read_where_one_is_due(stage: Stage, api: Api) -> None:
    stage.says(web.json_response([1, {}]), web.json_response({}))
    assert await api.get_list("/x") == [1, {}]
    with pytest.raises(BadAnswer):
        await api.get_list("/x")


async def test_a_stream_gives_what_is_no_json(stage: Stage, api: Api) -> None:
    stage.says(web.Response(body=b"bytes"))
    async with api.stream(
        "POST", "/x", data=b"out", content_type="image/png", headers={"X-A": "b"}
    ) as response:
        assert await response.read() == b"bytes"
    assert stage.asked[0].headers["Content-Type"] == "image/png"
    assert stage.asked[0].headers["X-A"] == "b"
