"""Whether apps reach the server under the address that they are told, and find that from its name."""

import asyncio
import ssl
from datetime import UTC, datetime
from typing import Final

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from homeserver.admin.checks.findings import Finding
from homeserver.admin.checks.reasons import reason_of
from homeserver.config import Settings
from homeserver.json_types import JsonObject
from homeserver.outgoing.read_answer import read_answer
from homeserver.outgoing.trust import Trust

MAX_ANSWER_BYTES: Final = 64 * 1024
ANSWER_WITHIN_S: Final = 8.0
DAY_S: Final = 24 * 3600
ENDS_SOON_DAYS: Final = 14
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class NoAnswer(Exception):
    """There is no JSON object there; the message says what there is."""


async def check_address(settings: Settings) -> Finding:
    """Ask the address that apps are told for the versions that the server speaks."""
    url = settings.base_url
    if settings.public_baseurl is None:
        return Finding("address", "address_unset", {"url": url})
    try:
        answer = await _fetch(settings, f"{url}/_matrix/client/versions", redirects=0)
    except NoAnswer as error:
        return Finding("address", "address_other", {"url": url, "reason": str(error)})
    except (ClientError, OSError, ValueError) as error:
        return Finding("address", "address_unreachable", {"url": url, "reason": reason_of(error)})
    if not isinstance(answer.get("versions"), list):
        return Finding("address", "address_other", {"url": url, "reason": "it names no versions"})
    is_plain = URL(url).scheme == "http" and URL(url).host not in LOOPBACK
    return Finding("address", "address_plain" if is_plain else "address_fine", {"url": url})


async def check_certificate(settings: Settings, now_ms: int) -> Finding | None:
    """Look how long the certificate of that address is good for; None where it needs none."""
    url = URL(settings.base_url)
    if url.scheme != "https" or url.host is None:
        return None
    context = Trust(settings.federation.ca_file).context()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            _, writer = await asyncio.open_connection(url.host, url.port, ssl=context)
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", None) or reason_of(error)
        return Finding("certificate", "certificate_bad", {"host": url.host, "reason": reason})
    except OSError:
        return None  # nothing is there: the check of the address says so
    try:
        certificate = writer.get_extra_info("ssl_object").getpeercert() or {}
    finally:
        writer.transport.abort()
    ends_s = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    days = int((ends_s - now_ms / 1000) // DAY_S)
    until = f"{datetime.fromtimestamp(ends_s, UTC):%Y-%m-%d}"
    name = "certificate_ends" if days < ENDS_SOON_DAYS else "certificate_fine"
    return Finding("certificate", name, {"host": url.host, "until": until, "days": max(days, 0)})


async def check_well_known(settings: Settings, host: str) -> Finding:
    """Ask the server's name where apps find it."""
    url = f"https://{host}/.well-known/matrix/client"
    values = {"url": url, "base_url": settings.base_url}
    try:
        answer = await _fetch(settings, url, redirects=3)
    except (NoAnswer, ClientError, OSError, ValueError) as error:
        reason = str(error) if isinstance(error, NoAnswer) else reason_of(error)
        return Finding("well_known", "well_known_missing", {**values, "reason": reason})
    homeserver = answer.get("m.homeserver")
    found = homeserver.get("base_url") if isinstance(homeserver, dict) else None
    if not isinstance(found, str):
        return Finding("well_known", "well_known_missing", {**values, "reason": "it has no m.homeserver"})
    if found.rstrip("/") != settings.base_url:
        return Finding("well_known", "well_known_other", {**values, "found": found[:200]})
    return Finding("well_known", "well_known_fine", values)


async def _fetch(settings: Settings, url: str, *, redirects: int) -> JsonObject:
    """Return the JSON object at a URL of the configuration. Raises NoAnswer, ClientError, OSError."""
    timeout = ClientTimeout(total=ANSWER_WITHIN_S)
    context = Trust(settings.federation.ca_file).context()
    async with (
        ClientSession(timeout=timeout, cookie_jar=DummyCookieJar()) as session,
        session.get(
            url, ssl=context, allow_redirects=redirects > 0, max_redirects=redirects or 1
        ) as response,
    ):
        if response.status != 200:
            raise NoAnswer(f"status {response.status}")
        body = await read_answer(response.content, MAX_ANSWER_BYTES)
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NoAnswer("it is not JSON") from None
    if not isinstance(answer, dict):
        raise NoAnswer("it is not a JSON object")
    return answer
