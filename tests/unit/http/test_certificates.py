"""Certificates that expire while a server shows them, and their renewal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from homeserver.config.listeners import Listener
from homeserver.http.certificates import ServedCertificates
from tests.support.fake_clock import FakeClock

AUTHORITY = trustme.CA()
DAY_MS = 86_400_000


def write(file: Path, expires: datetime) -> None:
    issued = AUTHORITY.issue_cert("127.0.0.1", not_before=expires - timedelta(days=90), not_after=expires)
    issued.private_key_and_cert_chain_pem.write_to_path(file)


@pytest.fixture
def now(clock: FakeClock) -> datetime:
    return datetime.fromtimestamp(clock.now_ms() // 1000, UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def served(clock: FakeClock) -> AsyncIterator[ServedCertificates]:
    served = ServedCertificates(clock)
    yield served
    await served.stop()


async def test_one_that_has_expired_is_told_once_with_what_to_do_and_served_on(
    served: ServedCertificates, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "a.pem"
    write(file, now - timedelta(hours=1))
    with capture_logs() as logs:
        assert served.context_of(Listener(tls_certificate=file, tls_key=file)) is not None
        served.reload()
    [line] = logs
    assert (line["event"], line["log_level"], line["file"]) == ("certificate_expired", "error", str(file))
    assert "SIGHUP" in line["remedy"]


async def test_one_is_told_before_it_expires_and_when_it_has_and_is_good_once_renewed(
    served: ServedCertificates, clock: FakeClock, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "a.pem"
    write(file, now + timedelta(days=30))
    with capture_logs() as logs:
        served.context_of(Listener(tls_certificate=file, tls_key=file))
        for _ in range(3):
            clock.advance(12 * DAY_MS)
            served.reload()
        assert [line["event"] for line in logs] == ["certificate_expires_soon", "certificate_expired"]
        write(file, now + timedelta(days=90))
        served.reload()
        served.reload()
    assert [line["event"] for line in logs[2:]] == ["certificate_reloaded"]
    [sample] = served.samples()
    assert sample.value == (now + timedelta(days=90)).timestamp()
