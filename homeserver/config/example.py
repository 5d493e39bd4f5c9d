"""The commented example of a configuration file, made from the settings' own documentation."""

import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from homeserver.config.settings import Settings
from homeserver.config.values import DURATION_UNITS, SIZE_UNITS, Section

WIDTH = 110
HEADER = """\
# Every key of Parlour's configuration, with its default. This file is made by `parlour config example`.
# Nothing has to be set. Each key is also an environment variable: PARLOUR_ and the path in capitals, joined
# by two underscores, as in PARLOUR_FEDERATION__CA_FILE; lists and tables are written as JSON there.
"""


def render_example() -> str:
    """Return an example configuration that documents every key and, read as it is, changes nothing."""
    return "\n".join(_render(Settings(), Settings.model_fields))


def _render(settings: Settings, fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield HEADER
    tables = {name for name in fields if isinstance(getattr(settings, name), Section)}
    for name in fields:
        if name not in tables:
            yield from _render_key(name, fields[name], getattr(settings, name))
    for name in fields:
        if name in tables:
            yield from _render_table(name, getattr(settings, name))


def _render_table(name: str, table: Section) -> Iterator[str]:
    yield from _comment((type(table).__doc__ or "").strip())
    yield f"[{name}]\n"
    for key, field in type(table).model_fields.items():
        yield from _render_key(key, field, getattr(table, key))


def _render_key(name: str, field: FieldInfo, default: object) -> Iterator[str]:
    yield from _comment(field.description or "")
    if isinstance(default, tuple) and default and isinstance(default[0], BaseModel):
        yield f"#{name} = ["
        yield from (f"#    {toml_value(name, item)}," for item in default)
        yield "#]\n"
    else:
        yield f"#{name} = {'' if default is None else toml_value(name, default)}".rstrip() + "\n"


def _comment(text: str) -> Iterator[str]:
    yield from textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent="# ", subsequent_indent="# ")


def toml_value(name: str, value: Any) -> str:
    """Return the TOML of a key's value; that of a secret says only that there is one."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if name.startswith("max_") and value % 1024**2 == 0:
            return json.dumps(_size(value))
        case int() | float():
            return repr(value)
        case timedelta():
            return json.dumps(_duration(value))
        case str() | Path() | SecretStr():
            return json.dumps(str(value), ensure_ascii=False)
        case BaseModel():
            members = ((key, getattr(value, key)) for key in type(value).model_fields)
            return _inline_table({key: member for key, member in members if member is not None})
        case dict():
            return _inline_table(value)
        case _:
            return f"[{', '.join(toml_value(name, item) for item in value)}]"


def _inline_table(members: dict[str, Any]) -> str:
    return (
        f"{{ {', '.join(f'{key} = {toml_value(key, value)}' for key, value in members.items())} }}"
        if members
        else "{}"
    )


def _size(value: int) -> str:
    unit = next(unit for unit in "TGMK" if value % SIZE_UNITS[unit] == 0)
    return f"{value // SIZE_UNITS[unit]}{unit}"


def _duration(value: timedelta) -> str:
    unit = next(unit for unit in ("d", "h", "m", "s", "ms") if not value % DURATION_UNITS[unit])
    return f"{value // DURATION_UNITS[unit]}{unit}"
