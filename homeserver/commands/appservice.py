"""parlour appservice."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.appservices.registration import Registration
    from homeserver.config import Settings
    from homeserver.storage.appservices import AppserviceStatus


@click.group
def appservice() -> None:
    """Look after application services: bridges, and bots that act as many users."""


@appservice.command
@config_option
def status(config: Path | None) -> None:
    """Say of each application service how far it has been told what happens, and what is wrong with it."""
    from homeserver.config import load_settings

    asyncio.run(_status(load_settings(config)))


@appservice.command
@click.argument("appservice_id", metavar="ID")
@config_option
def ping(appservice_id: str, config: Path | None) -> None:
    """Ask the application service ID whether it is there, and knows this server's token.

    Exit code 1: it does not answer as it should.
    """
    from homeserver.config import load_settings

    settings = load_settings(config)
    asyncio.run(_ping(_find(settings, appservice_id)))


@appservice.command
@click.argument("appservice_id", metavar="ID")
@config_option
def retry(appservice_id: str, config: Path | None) -> None:
    """Have the running server send to the application service ID again within seconds, if it fails."""
    from homeserver.config import load_settings

    settings = load_settings(config)
    asyncio.run(_retry(settings, _find(settings, appservice_id).id))
    click.echo("It is tried again, if it fails, by the running server or the next one to start.")


def _registrations(settings: "Settings") -> "tuple[Registration, ...]":
    from federation.protocol.ids import parse_server_name
    from homeserver.appservices.read_registrations import read_registrations

    return read_registrations(settings.appservices, parse_server_name(settings.server_name))


def _find(settings: "Settings", appservice_id: str) -> "Registration":
    for registration in _registrations(settings):
        if registration.id == appservice_id:
            return registration
    raise click.ClickException(f"no registration has the id {appservice_id}")


async def _status(settings: "Settings") -> None:
    from homeserver.clock import SystemClock
    from homeserver.commands.database import open_database
    from homeserver.storage import appservices, positions

    registrations = {registration.id: registration for registration in _registrations(settings)}
    async with open_database(settings) as db, db.acquire() as conn:
        newest = await positions.select_last_position(conn)
        known = {row.appservice_id: row for row in await appservices.select_status(conn)}
    now_ms = SystemClock().now_ms()
    for appservice_id in sorted({*registrations, *known}):
        registration, row = registrations.get(appservice_id), known.get(appservice_id)
        click.echo(f"{appservice_id}  {_describe(registration, row, newest, now_ms)}")
    if not registrations and not known:
        click.echo("There are no application services; `appservices` in the configuration names their files.")


def _describe(
    registration: "Registration | None", row: "AppserviceStatus | None", newest: int, now_ms: int
) -> str:
    from homeserver.commands.spans import ago, ahead

    if row is None:
        return "is new: the server has not been started with it yet"
    if registration is None:
        return "is not registered any more"
    parts = [f"{row.users} users", f"{row.rooms} rooms"]
    if registration.url is None:
        parts.append("nothing is sent to it")
    elif row.failing_since_ms is not None and row.retry_at_ms is not None:
        parts.append(
            f"fails since {ago(now_ms, row.failing_since_ms)}, {newest - row.cursor} positions behind, "
            f"next try {ahead(now_ms, row.retry_at_ms)}: {row.failure}"
        )
    elif row.delivered_ms is not None:
        parts.append(f"last told something {ago(now_ms, row.delivered_ms)}")
    else:
        parts.append("nothing to tell so far")
    return ", ".join(parts)


async def _ping(registration: "Registration") -> None:
    from homeserver.appservices.client import AppserviceClient, AppserviceUnreachable
    from homeserver.clock import SystemClock

    if registration.url is None:
        raise click.ClickException("its registration has no url")
    client = AppserviceClient(SystemClock())
    try:
        answer = await client.ask(registration, "POST", "/ping", within_s=10.0, body=b"{}")
    except AppserviceUnreachable as error:
        raise click.ClickException(f"{registration.url}: {error}") from error
    finally:
        await client.close()
    if not answer.is_success:
        raise click.ClickException(f"{registration.url} answered with status {answer.status}")
    click.echo(f"{registration.url} answers.")


async def _retry(settings: "Settings", appservice_id: str) -> None:
    from homeserver.commands.database import open_database
    from homeserver.storage import appservices

    async with open_database(settings) as db, db.acquire() as conn:
        await appservices.ask_for_retry(conn, appservice_id)
