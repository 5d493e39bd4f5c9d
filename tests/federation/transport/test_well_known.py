"""`/.well-known/matrix/server` of domains that mean well, and of those that do not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import trustme

from federation.transport import well_known
from federation.transport.connections import Connections, Security
from federation.transport.well_known import HOUR_MS, MAX_BYTES, MAX_REDIRECTS, MINUTE_MS, PATH, WellKnownFiles
from tests.federation.transport.conftest import MakeSite
from tests.federation.transport.network import Names, Site, answering, answering_text, endless, slow
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock

HOST = "example.org"


@pytest.fixture
async def files(connections: Connections, clock: FakeClock) -> AsyncIterator[WellKnownFiles]:
    files = WellKnownFiles(connections, clock.now_ms)
    yield files
    await files.close()


@pytest.fixture
async def domain(site: MakeSite, names: Names) -> Site:
    """The web server of example.org."""
    found = await site(HOST)
    names.ports[(HOST, 443)] = found.port
    return found


async def test_a_delegation_is_read_and_the_certificate_is_the_domains(
    files: WellKnownFiles, domain: Site
) -> None:
    domain.answer = answering({"m.server": "matrix.example.org:443"})
    assert (await files.look_up(HOST)).delegated == "matrix.example.org:443"
    assert domain.asked == [(HOST, PATH)]
    assert domain.server_names == [HOST]


async def test_the_type_of_the_content_does_not_matter(files: WellKnownFiles, domain: Site) -> None:
    domain.answer = answering_text('{"m.server": "a.org"}')
    assert (await files.look_up(HOST)).delegated == "a.org"


@pytest.mark.parametrize(
    "text",
    [
        "", "no JSON", "[]", "{}", '{"m.server": 1}', '{"m.server": ""}', '{"m.server": "a b"}',
        '{"m.server": "https://a.org"}', '{"m.server": "a.org", "m.server": "b.org"}', '{"m.server": NaN}',
        "[" * 20_000,
    ],
)  # fmt: skip
async def test_an_unusable_file_is_no_delegation(files: WellKnownFiles, domain: Site, text: str) -> None:
    domain.answer = answering_text(text)
    found = await files.look_up(HOST)
    assert found.delegated is None
    assert found.problem


async def test_a_missing_file_is_no_delegation(files: WellKnownFiles, domain: Site) -> None:
    domain.answer = answering_text('{"m.server": "a.org"}', status=404)
    assert (await files.look_up(HOST)).problem == "status 404"


async def test_cve_2021_21274_a_huge_file_is_not_read(files: WellKnownFiles, domain: Site) -> None:
    domain.answer = endless
    assert "more than" in (await files.look_up(HOST)).problem
    domain.answer = answering_text(b" " * MAX_BYTES + b'{"m.server": "a.org"}')
    assert (await files.look_up("other.org")).delegated is None


async def test_a_slow_file_is_given_up(
    files: WellKnownFiles, domain: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain.answer = slow
    monkeypatch.setattr(well_known, "WITHIN_S", 0.2)
    assert (await files.look_up(HOST)).problem == "it took too long"


async def test_redirects_are_followed(
    files: WellKnownFiles, domain: Site, site: MakeSite, names: Names
) -> None:
    other = await site("other.org")
    names.ports[("other.org", 1234)] = other.port
    domain.answer = answering_text("", 302, {"Location": "https://other.org:1234/file"})
    other.answer = answering({"m.server": "a.org"})
    assert (await files.look_up(HOST)).delegated == "a.org"
    assert other.asked == [("other.org:1234", "/file")]


async def test_a_redirect_loop_ends(files: WellKnownFiles, domain: Site) -> None:
    domain.answer = answering_text("", 301, {"Location": PATH})
    assert "redirects" in (await files.look_up(HOST)).problem
    assert len(domain.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "location",
    ["http://example.org/", "file:///etc/passwd", "https://user:word@example.org/", "//["],
)
async def test_a_redirect_away_from_https_is_not_followed(
    files: WellKnownFiles, domain: Site, location: str
) -> None:
    domain.answer = answering_text("", 302, {"Location": location})
    found = await files.look_up(HOST)
    assert found.problem
    assert len(domain.asked) == 1


class TestWithoutPrivateAddresses:
    @pytest.fixture
    def security(self, authority: Authority) -> Security:
        return Security(authority.ca_file)

    async def test_a_file_in_a_private_network_is_not_fetched(
        self, files: WellKnownFiles, domain: Site
    ) -> None:
        assert "not an address of the open internet" in (await files.look_up(HOST)).problem
        assert domain.asked == []


async def test_a_certificate_of_an_unknown_authority_is_no_delegation(
    files: WellKnownFiles, site: MakeSite, names: Names
) -> None:
    impostor = await site(HOST, ca=trustme.CA())
    names.ports[(HOST, 443)] = impostor.port
    assert "its certificate is not accepted" in (await files.look_up(HOST)).problem
    assert impostor.asked == []


@pytest.mark.parametrize(
    ("headers", "kept_ms"),
    [
        ({}, 24 * HOUR_MS),
        ({"Cache-Control": "public, max-age=7200"}, 2 * HOUR_MS),
        ({"Cache-Control": "max-age=999999999"}, 48 * HOUR_MS),
        ({"Cache-Control": "max-age=0"}, 5 * MINUTE_MS),
        ({"Cache-Control": "no-store"}, 5 * MINUTE_MS),
        ({"Expires": "Wed, 15 Nov 2023 01:13:20 GMT"}, 3 * HOUR_MS),
        ({"Expires": "0"}, 5 * MINUTE_MS),
    ],
)
async def test_a_file_is_kept_as_its_headers_say(
    files: WellKnownFiles, domain: Site, clock: FakeClock, headers: dict[str, str], kept_ms: int
) -> None:
    domain.answer = answering({"m.server": "a.org"}, **headers)
    await files.look_up(HOST)
    clock.advance(kept_ms - 1)
    await files.look_up(HOST)
    assert len(domain.asked) == 1
    clock.advance(1)
    await files.look_up(HOST)
    assert len(domain.asked) == 2


async def test_errors_are_kept_longer_each_time_up_to_an_hour(
    files: WellKnownFiles, domain: Site, clock: FakeClock
) -> None:
    pauses = [1, 2, 4, 8, 16, 32, 60, 60]
    for number, minutes in enumerate(pauses, start=1):
        await files.look_up(HOST)
        clock.advance(minutes * MINUTE_MS - 1)
        await files.look_up(HOST)
        assert len(domain.asked) == number
        clock.advance(1)


async def test_a_delegation_stands_while_the_domain_cannot_be_reached(
    files: WellKnownFiles, domain: Site, clock: FakeClock
) -> None:
    domain.answer = answering({"m.server": "a.org"})
    await files.look_up(HOST)
    domain.answer = answering_text("", 503)
    clock.advance(24 * HOUR_MS)
    assert (await files.look_up(HOST)).delegated == "a.org"
    clock.advance(24 * HOUR_MS)
    assert (await files.look_up(HOST)).delegated is None


async def test_a_delegation_that_was_taken_back_does_not_stand(
    files: WellKnownFiles, domain: Site, clock: FakeClock
) -> None:
    domain.answer = answering({"m.server": "a.org"})
    await files.look_up(HOST)
    domain.answer = None
    clock.advance(24 * HOUR_MS)
    assert (await files.look_up(HOST)).delegated is None


async def test_a_file_that_many_want_is_fetched_once(files: WellKnownFiles, domain: Site) -> None:
    domain.answer = answering({"m.server": "a.org"})
    await asyncio.gather(*(files.look_up(HOST) for _ in range(10)))
    assert len(domain.asked) == 1
