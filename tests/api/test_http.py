"""What holds for every endpoint: routing, CORS, bodies, errors."""

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from homeserver.http import params
from homeserver.http.context import Services
from tests.api.client import ApiClient, Reply


def assert_error(reply: Reply, status: int, errcode: str) -> None:
    assert (reply.status, reply.errcode) == (status, errcode)
    assert isinstance(reply.json["error"], str)


async def test_unknown_endpoint_is_unrecognized(client: ApiClient) -> None:
    for path in ("/nonsense", "/_matrix/unknown", "/_matrix/client/v3/rooms", "/login/"):
        assert_error(await client.get(path), 404, "M_UNRECOGNIZED")


async def test_wrong_method_is_unrecognized(client: ApiClient) -> None:
    assert_error(await client.put("/login"), 405, "M_UNRECOGNIZED")
    assert_error(await client.request("PATCH", "/login"), 405, "M_UNRECOGNIZED")


async def test_preflight_runs_nothing_and_every_answer_has_cors_headers(client: ApiClient) -> None:
    preflight = await client.request("OPTIONS", "/logout")
    assert (preflight.status, preflight.body) == (204, b"")
    for reply in (preflight, await client.get("/login"), await client.get("/nonsense")):
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "DELETE" in reply.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]


async def test_head_answers_as_get_without_body(client: ApiClient) -> None:
    reply = await client.request("HEAD", "/login")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) > 0


async def test_every_answer_has_a_request_id_of_its_own(client: ApiClient) -> None:
    first, second = await client.get("/login"), await client.get("/login")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


NOT_JSON = [
    b"",
    b"{",
    b"nonsense",
    b'{"type": NaN}',
    b'{"type": Infinity}',
    b'{"type": "\xff"}',
    b'{"type": "\\ud800"}',
    b"\x1f\x8b\x08\x00",
]
BAD_JSON = [b"[]", b"1", b'"x"', b"null", b'{"type": 1}', b"{}", b'{"type": null}']
TOO_DEEP = [b'{"x":' * 5000, b'{"x":' * 300 + b"1" + b"}" * 300, b"[" * 100_000]


async def test_body_that_is_no_json_is_not_json(client: ApiClient) -> None:
    for body in NOT_JSON:
        for path in ("/login", "/register", "/refresh"):
            assert_error(await client.request("POST", path, data=body), 400, "M_NOT_JSON")


async def test_body_of_the_wrong_shape_is_bad_json(client: ApiClient) -> None:
    for body in BAD_JSON:
        assert_error(await client.request("POST", "/login", data=body), 400, "M_BAD_JSON")


async def test_error_names_the_member_that_is_wrong(client: ApiClient) -> None:
    body = b'{"type": "m.login.password", "identifier": {"type": 7}}'
    reply = await client.request("POST", "/login", data=body)
    assert "$.identifier.type" in reply.json["error"]


async def test_deeply_nested_body_is_refused(client: ApiClient, alice: ApiClient) -> None:
    for body in TOO_DEEP:
        assert (await client.request("POST", "/login", data=body)).status == 400
        field = await alice.request("PUT", f"/profile/{alice.user_id}/org.example.deep", data=body)
        assert field.status == 400


async def test_content_type_of_a_json_body_does_not_matter(client: ApiClient) -> None:
    reply = await client.request("POST", "/register", data=b"{}", headers={"Content-Type": "image/png"})
    assert reply.status == 401


async def test_cve_2024_52805_forms_in_parts_are_refused_unread(client: ApiClient) -> None:
    """No body is taken apart, nor gathered in memory, for the type it says it has."""
    part = b"--x\r\nContent-Disposition: form-data; name=session\r\n\r\n" + b"x" * 300_000 + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    reply = await client.request(
        "POST", "/auth/m.login.dummy/fallback/web?session=x", data=part, headers=headers
    )
    assert reply.status == 400
    async with client.session.post(client.base_url + "/oauth2/token", data=part, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")
    assert_error(await client.request("POST", "/login", data=part, headers=headers), 413, "M_TOO_LARGE")


async def test_oversized_body_is_too_large_with_and_without_a_declared_length(client: ApiClient) -> None:
    body = b'{"type": "' + b"x" * 300_000 + b'"}'
    assert_error(await client.request("POST", "/login", data=body), 413, "M_TOO_LARGE")
    status, answer = await raw(client, CHUNKED + b"40000\r\n" + b"x" * 0x40000 + b"\r\n1\r\nx\r\n0\r\n\r\n")
    assert status == 413
    assert b"M_TOO_LARGE" in answer


async def test_body_that_does_not_arrive_is_given_up(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(params, "BODY_TIMEOUT_S", 0.05)
    status, answer = await raw(client, CHUNKED + b"2\r\n{}\r\n")
    assert status == 408
    assert b"errcode" in answer


async def test_compressed_body_is_not_inflated(client: ApiClient) -> None:
    """Continuwuity 0.5.6 (CWE-409)."""
    reply = await client.request(
        "POST", "/login", data=b"\x1f\x8b\x08\x00\x00", headers={"Content-Encoding": "gzip"}
    )
    assert_error(reply, 400, "M_NOT_JSON")


async def test_expected_continue_is_sent_before_the_body(client: ApiClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(LOGIN + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert b" 400 " in await reader.readline()


async def test_path_that_is_no_text_is_refused(alice: ApiClient) -> None:
    for path in ("/devices/%ff", "/devices/%00", "/profile/%c3%28"):
        assert_error(await alice.get(path), 400, "M_INVALID_PARAM")


async def test_query_parameter_that_is_absent_absurd_or_no_text_is_refused(client: ApiClient) -> None:
    for query in ("kind=robot", "kind=%00", "kind="):
        assert_error(await client.request("POST", f"/register?{query}", {}), 400, "M_INVALID_PARAM")
    for query in ("username=%00", "username=%ff", "username"):
        assert (await client.get(f"/register/available?{query}")).status == 400
    assert_error(await client.get("/register/available"), 400, "M_MISSING_PARAM")


async def test_what_is_not_http_gets_json_and_a_closed_connection(client: ApiClient) -> None:
    for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000 + b"\r\n\r\n"):
        status, answer = await raw(client, request)
        assert status == 400
        assert b'"errcode"' in answer


async def test_ambiguous_length_is_refused_and_smuggles_nothing(client: ApiClient) -> None:
    """CVE-2020-10108, CVE-2020-10109, CVE-2024-41671 of another HTTP server."""
    smuggled = b"GET /_matrix/client/versions HTTP/1.1\r\nHost: x\r\n\r\n"
    head = LOGIN + b"Content-Length: %d\r\n" % len(smuggled)
    status, answer = await raw(client, head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled)
    assert status == 400
    assert b"versions" not in answer


async def test_failure_of_ours_is_a_500_without_details(
    client: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.accounts.tokens, "authenticate", fail)
    reply = await client.with_token("x").whoami()
    assert_error(reply, 500, "M_UNKNOWN")
    assert "secret" not in reply.json["error"]
    assert reply.headers["X-Request-Id"] in reply.json["error"]


async def test_stopped_database_is_503_and_health_says_so(alice: ApiClient, services: Services) -> None:
    assert (await alice.get("/_matrix/client/versions")).status == 200
    balancer = replace(alice, prefix="")
    assert (await balancer.get("/health")).ok() == {"status": "ok"}
    await services.db.close()
    assert (await alice.get("/devices")).status == 503
    assert (await balancer.get("/health")).status == 503


async def test_resources_are_served_where_they_are_configured_only(
    client: ApiClient, base_urls: list[str]
) -> None:
    assert (await replace(client, prefix="").get("/metrics")).status == 404
    metrics = ApiClient(client.session, base_urls[1], prefix="")
    assert (await metrics.get("/_matrix/client/versions")).status == 404
    assert (await metrics.get("/metrics")).status == 200


async def test_metrics_count_requests_by_route_not_by_path(client: ApiClient, base_urls: list[str]) -> None:
    await client.get("/profile/@nobody:example.org")
    await client.get("/made-up/by/a/scanner")
    scraper = ApiClient(client.session, base_urls[1], prefix="")
    text = (await scraper.get("/metrics")).body.decode()
    route = "/_matrix/client/v3/profile/{userId}"
    assert f'parlour_http_requests_total{{method="GET",route="{route}",status="404"}} 1.0' in text
    assert 'route="(unmatched)",status="404"} 1.0' in text
    assert "@nobody" not in text
    assert "scanner" not in text
    assert f'duration_seconds_count{{method="GET",route="{route}"}} 1.0' in text


LOGIN = b"POST /_matrix/client/v3/login HTTP/1.1\r\nHost: x\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"


class connected:  # noqa: N801 used as a function
    """A bare connection to the server."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def __aenter__(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        url = urlsplit(self._client.base_url)
        self._reader, self._writer = await asyncio.open_connection(url.hostname, url.port)
        return self._reader, self._writer

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def raw(client: ApiClient, request: bytes) -> tuple[int, bytes]:
    """Send bytes, and read until a whole answer is there or the connection closes."""
    async with connected(client) as (reader, writer):
        writer.write(request)
        answer = b""
        while b'"}' not in answer and (chunk := await reader.read(65536)):
            answer += chunk
    return int(answer.split(b" ")[1]), answer


async def fail(token: str, *, locked: bool = False) -> None:
    raise RuntimeError("a secret detail")
