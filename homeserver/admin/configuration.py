"""The configuration in force, key by key. Of secrets it is only said whether they are set."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from homeserver.config import Settings
from homeserver.config.example import toml_value
from homeserver.config.values import Section


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A key by its dotted name, and its value as TOML; `value` is None where it is not set, or a secret."""

    key: str
    value: str | None
    meaning: str
    is_set: bool
    is_default: bool
    is_secret: bool


def settings_in_force(settings: Settings) -> list[SettingInForce]:
    """Return every key, those outside of tables first, as the example configuration has them."""
    tables = {name for name in Settings.model_fields if isinstance(getattr(settings, name), Section)}
    plain = [
        _describe(name, field, getattr(settings, name))
        for name, field in Settings.model_fields.items()
        if name not in tables
    ]
    of_tables = [
        entry
        for name in Settings.model_fields
        if name in tables
        for entry in _keys(name, getattr(settings, name))
    ]
    return [*plain, *of_tables]


def _keys(table: str, section: Section) -> Iterator[SettingInForce]:
    for name, field in type(section).model_fields.items():
        yield _describe(f"{table}.{name}", field, getattr(section, name))


def _describe(key: str, field: FieldInfo, value: Any) -> SettingInForce:
    is_secret = isinstance(value, SecretStr)
    shown = None if value is None or is_secret else toml_value(key.rpartition(".")[2], value)
    meaning = " ".join((field.description or "").split())
    return SettingInForce(
        key,
        shown,
        meaning,
        value is not None,
        value == field.get_default(call_default_factory=True),
        is_secret,
    )
