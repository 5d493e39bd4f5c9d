"""The files that configure the embedded PostgreSQL."""

from pathlib import Path

from homeserver.embedded_postgres.configuration import (
    render_authentication,
    render_settings,
    render_user_map,
)


def settings_of(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: value.strip("'") for name, value in (line.split(" = ", 1) for line in lines)}


def test_durability_is_on() -> None:
    settings = settings_of(render_settings(Path("/run/x"), 60, durable=True))
    assert {settings[name] for name in ("fsync", "full_page_writes", "synchronous_commit")} == {"on"}


def test_only_the_socket_is_listened_on() -> None:
    settings = settings_of(render_settings(Path("/run/x"), 60, durable=True))
    assert settings["listen_addresses"] == ""
    assert settings["unix_socket_directories"] == "/run/x"
    assert settings["unix_socket_permissions"] == "0700"


def test_statements_parameters_are_never_logged() -> None:
    settings = settings_of(render_settings(Path("/run/x"), 60, durable=True))
    assert settings["log_parameter_max_length"] == settings["log_parameter_max_length_on_error"] == "0"


def test_nobody_connects_but_who_the_operating_system_vouches_for() -> None:
    rules = [line for line in render_authentication().splitlines() if not line.startswith("#")]
    assert rules == ["local all all peer map=parlour"]


def test_each_system_user_is_mapped_once() -> None:
    rules = [line for line in render_user_map(["root", "b", "root"]).splitlines() if not line.startswith("#")]
    assert rules == ['parlour "b" parlour', 'parlour "root" parlour']
