"""Runs all checks at once, each within a time of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from federation.protocol.ids import ServerName
from federation.transport.check_server import check_server
from federation.transport.open_transport import Transport
from federation.transport.server_names import is_literal, split_server_name
from homeserver.admin.checks.findings import Finding
from homeserver.admin.checks.own_address import check_address, check_certificate, check_well_known
from homeserver.admin.checks.reasons import reason_of
from homeserver.admin.context import AdminContext
from homeserver.config import Settings
from homeserver.config.registration import EmailAtRegistration, RegistrationMode
from homeserver.config.smtp import Smtp

WITHIN_S: Final = 20.0
RESOLVED_WITHIN_S: Final = 8.0
LOCAL_ENDINGS: Final = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".test", ".invalid")


async def run_checks(ctx: AdminContext) -> list[Finding]:
    """Return what each check came to, in the order in which an operator would mend things."""
    settings, name, clock = ctx.rooms.settings, ctx.rooms.server_name, ctx.rooms.clock
    host = split_server_name(name)[0]
    is_public = not is_literal(host) and not is_local(host)
    checks: list[tuple[str, Awaitable[Finding | None]]] = [
        ("address", check_address(settings)),
        ("certificate", check_certificate(settings, clock.now_ms())),
    ]
    if is_public:
        checks += [("well_known", check_well_known(settings, host)), ("dns", check_dns(host))]
    checks += [
        ("federation", check_federation(ctx.transport, name, clock.now_ms, is_public=is_public)),
        ("mail", check_mail(settings.smtp)),
    ]
    found = await asyncio.gather(*(_within(check, work) for check, work in checks))
    findings = [_check_name(name, host), *found, check_registration(settings)]
    return [finding for finding in findings if finding is not None]


def is_local(host: str) -> bool:
    """Tell whether a name is one that only a machine or a network of its own knows."""
    return "." not in host or host.lower().endswith(LOCAL_ENDINGS)


async def check_dns(host: str) -> Finding:
    """Look up the addresses of the server's name."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVED_WITHIN_S):
            found = await loop.getaddrinfo(host, 443)
    except OSError as error:
        return Finding("dns", "dns_missing", {"host": host, "reason": reason_of(error)})
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return Finding("dns", "dns_fine", {"host": host, "addresses": ", ".join(addresses[:4])})


async def check_federation(
    transport: Transport | None, server_name: ServerName, now_ms: Callable[[], int], *, is_public: bool
) -> Finding:
    """Go the way that another server would go to this one."""
    if transport is None:
        return Finding("federation", "federation_off")
    if not is_public and ":" not in server_name:
        return Finding("federation", "federation_local", {"name": server_name})
    reason = "there is no answer"
    async with aclosing(check_server(transport, server_name, now_ms, sign=False)) as steps:
        async for finding in steps:
            if finding.step == "version" and finding.works:
                route = await transport.discovery.find(server_name)
                endpoint = ", ".join(endpoint.authority for endpoint in route.endpoints)
                return Finding("federation", "federation_fine", {"endpoint": endpoint})
            if finding.works is False:
                reason = finding.words.rstrip(".")
    return Finding("federation", "federation_unreachable", {"name": server_name, "reason": reason})


async def check_mail(smtp: Smtp) -> Finding:
    """Connect to the mail server, and log in where an account is configured."""
    if smtp.host is None:
        return Finding("mail", "mail_off")
    from aiosmtplib import (
        SMTPException,  # imported on first use: it costs memory, and many servers send no mail
    )

    from homeserver.mail.smtp_connection import smtp_connection

    try:
        async with asyncio.timeout(WITHIN_S / 2), smtp_connection(smtp) as connection:
            await connection.greet()
            return Finding("mail", "mail_fine", {"host": smtp.host})
    except (SMTPException, OSError) as error:
        return Finding(
            "mail", "mail_refused", {"host": smtp.host, "reason": str(error) or type(error).__name__}
        )


def check_registration(settings: Settings) -> Finding:
    """Say who can make an account."""
    registration = settings.registration
    if registration.mode is not RegistrationMode.OPEN:
        return Finding("registration", f"registration_{registration.mode.value}")
    confirms = registration.email is EmailAtRegistration.REQUIRED and settings.smtp.host is not None
    is_guarded = confirms or settings.captcha.secret_key is not None
    return Finding("registration", "registration_guarded" if is_guarded else "registration_open")


def _check_name(server_name: ServerName, host: str) -> Finding:
    if is_literal(host):
        return Finding("name", "name_address", {"name": server_name})
    return Finding("name", "name_local" if is_local(host) else "name_fine", {"name": server_name})


async def _within(name: str, check: Awaitable[Finding | None]) -> Finding | None:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await check
    except TimeoutError:
        return Finding(name, "no_answer", {"seconds": int(WITHIN_S)})
