"""From what people type (a user id, a server's name, an address) to a server that answers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-discovery
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from client_desktop.core.accounts.homeserver import Homeserver, IdentityProvider
from client_desktop.core.accounts.oauth_metadata import OAuthMetadata, fetch_oauth_metadata
from client_desktop.core.accounts.web import LOOPBACK_HOSTS, checked_url, is_loopback, send
from client_desktop.core.errors import BadAnswer, ClientError, NetworkUnavailable, NotAllowed
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_bool, as_object, as_objects, as_optional_text, as_text
from federation.protocol.ids import InvalidIdentifier, parse_server_name, parse_user_id, server_name_of

logger = logging.getLogger(__name__)

SERVER_KEYS: Final = "/_matrix/key/v2/server"
MAX_PROVIDERS: Final = 50
MAX_VERSIONS: Final = 500
MAX_TEXT: Final = 255


class NotAHomeserver(BadAnswer):
    """Something answers, but no Matrix server; `word` says that to people."""

    word = "no_homeserver"


class NotAServerName(NotAllowed):
    """What was typed is neither a user id nor a server's name nor an address."""

    word = "no_server_name"


class DiscoveryBroken(BadAnswer):
    """The name's `.well-known` file is there and wrong: its operator has to mend it; an address may work."""

    word = "discovery_broken"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed, understood."""

    name: str
    addresses: tuple[str, ...]
    """Base URLs to try, in this order."""
    well_known: str | None
    """Whose file to ask: before the addresses."""


async def discover(session: aiohttp.ClientSession, typed: str) -> Homeserver:
    """Find a server by a user id (`@alice:example.org`), a name (`example.org`) or an address (`https://…`).

    An address is taken as it is, and asked for a `.well-known` file only where no server answers there. Plain
    http is spoken only where it was typed, or to this machine.

    Raises: NotAServerName, DiscoveryBroken, NotAHomeserver, NetworkUnavailable, CertificateRefused,
    BadAnswer.
    """
    asked = _understand(typed.strip())
    if asked.well_known is not None:
        named = await _well_known(session, asked.well_known)
        if named is not None:
            return await look_at(session, named, asked.name)
    return await _first_that_answers(session, asked)


async def look_at(session: aiohttp.ClientSession, url: str, name: str = "") -> Homeserver:
    """Ask the server at a base URL who it is and how to sign in.

    Raises: NotAHomeserver, NetworkUnavailable, CertificateRefused, BadAnswer.
    """
    url = url.rstrip("/")
    versions = await _versions(session, url)
    login = await send(session, "GET", f"{url}/_matrix/client/v3/login")
    flows = _flows(login.json()) if login.status == 200 else []
    oauth = await _oauth(session, url)
    sso = next((flow for flow in flows if flow["type"] == "m.login.sso"), {})
    features = as_object(versions.get("unstable_features"))
    return Homeserver(
        url=url,
        name=name or urlsplit(url).netloc,
        versions=tuple(versions["versions"][:MAX_VERSIONS]),
        unstable_features=frozenset(feature for feature in features if as_bool(features[feature])),
        flows=tuple(flow["type"] for flow in flows),
        providers=_providers(sso.get("identity_providers")),
        oauth_aware_preferred=sso.get("oauth_aware_preferred") is True,
        oauth=oauth,
    )


async def named_by_itself(session: aiohttp.ClientSession, url: str) -> str:
    """Ask the server at an address what follows the colon of its users' ids; empty where it does not say.

    Servers tell that to other servers. It is for showing: whoever signs in learns it for certain.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#publishing-keys
    """
    try:
        answer = await send(session, "GET", f"{url}{SERVER_KEYS}")
        return parse_server_name(as_text(answer.json().get("server_name"))) if answer.status == 200 else ""
    except (ClientError, InvalidIdentifier):
        return ""


def _understand(typed: str) -> _Asked:
    if "://" in typed:
        return _understand_address(typed)
    try:
        name = server_name_of(parse_user_id(typed)) if typed.startswith("@") else parse_server_name(typed)
        parts = urlsplit(f"https://{name}")
        host = parts.hostname or ""
    except (InvalidIdentifier, ValueError):
        raise NotAServerName(f"{typed[:100]!r} names no server") from None
    if host in LOOPBACK_HOSTS:
        return _Asked(name, (f"https://{name}", f"http://{name}"), None)
    well_known_host = f"[{host}]" if ":" in host else host
    return _Asked(name, (f"https://{name}",), f"https://{well_known_host}")


def _understand_address(typed: str) -> _Asked:
    try:
        url = checked_url(typed, "the address", plain_http=True)
    except BadAnswer as error:
        raise NotAServerName(str(error)) from None
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return _Asked(parts.netloc, (address,), None)


async def _first_that_answers(session: aiohttp.ClientSession, asked: _Asked) -> Homeserver:
    failure: ClientError = NetworkUnavailable("no address")
    for address in asked.addresses:
        try:
            return await look_at(session, address, asked.name)
        except (NetworkUnavailable, NotAHomeserver) as error:
            failure = error
    if (
        isinstance(failure, NotAHomeserver)
        and asked.well_known is None
        and not is_loopback(asked.addresses[-1])
    ):
        # Somebody typed "https://example.org", whose server is elsewhere.
        parts = urlsplit(asked.addresses[-1])
        named = await _well_known(session, f"https://{parts.hostname}")
        if named is not None:
            return await look_at(session, named, asked.name)
    raise failure


async def _well_known(session: aiohttp.ClientSession, origin: str) -> str | None:
    """Return the base URL that a host names; None where it has no such file, or does not answer at all."""
    try:
        answer = await send(session, "GET", f"{origin}/.well-known/matrix/client", follow=True)
    except NetworkUnavailable:
        return None
    except BadAnswer as error:
        raise DiscoveryBroken(f".well-known: {error}") from None
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise DiscoveryBroken(f".well-known answers {answer.status}")
    try:
        entry = answer.json().get("m.homeserver")
        url = checked_url(entry.get("base_url") if isinstance(entry, dict) else None, "base_url")
    except BadAnswer as error:
        raise DiscoveryBroken(f".well-known: {error}") from None
    return url


async def _versions(session: aiohttp.ClientSession, url: str) -> JsonObject:
    answer = await send(session, "GET", f"{url}/_matrix/client/versions")
    try:
        body = answer.json() if answer.status == 200 else {}
    except BadAnswer:
        body = {}
    versions = body.get("versions")
    if not isinstance(versions, list) or not all(isinstance(version, str) for version in versions):
        raise NotAHomeserver(f"/versions answers {answer.status}, which no Matrix server would")
    return body


async def _oauth(session: aiohttp.ClientSession, url: str) -> OAuthMetadata | None:
    """Return the server's OAuth; what it says wrongly of that does not close the other ways in."""
    try:
        return await fetch_oauth_metadata(session, url)
    except BadAnswer as error:
        logger.warning("The OAuth metadata of a server is not to be used: %s", error)
        return None


def _flows(body: JsonObject) -> list[JsonObject]:
    return [flow for flow in as_objects(body.get("flows")) if as_text(flow.get("type"))]


def _providers(value: object) -> tuple[IdentityProvider, ...]:
    return tuple(
        IdentityProvider(
            provider_id=as_text(entry.get("id")),
            name=as_text(entry.get("name"), limit=MAX_TEXT) or as_text(entry.get("id"), limit=MAX_TEXT),
            icon_url=as_optional_text(entry.get("icon"), limit=MAX_TEXT),
            brand=as_optional_text(entry.get("brand"), limit=MAX_TEXT),
        )
        for entry in as_objects(value)[:MAX_PROVIDERS]
        if 0 < len(as_text(entry.get("id"))) <= MAX_TEXT
    )
