"""Reading docker-compose.yml as Compose does: variables filled in, anchors followed."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

TOP = Path(__file__).parents[2]
COMPOSE = TOP / "docker-compose.yml"
EXAMPLE = TOP / ".env.example"

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<rule>:-|:\?)(?P<rest>[^}]*))?\}")
_ASSIGNMENT = re.compile(r"^#?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


class VariableMissing(Exception):
    """A variable that has no default is not set; the message is Compose's."""


def read_compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what Compose makes of the file with these variables. Raises: VariableMissing."""
    composed: dict[str, Any] = yaml.safe_load(
        _VARIABLE.sub(lambda found: _value(found, environment), _text())
    )
    return composed


def variables_of_compose() -> set[str]:
    return {found["name"] for found in _VARIABLE.finditer(_text())}


def variables_of_example() -> dict[str, str]:
    """Return every variable that .env.example names, also those it leaves commented out."""
    return {found["name"]: found["value"] for found in _ASSIGNMENT.finditer(EXAMPLE.read_text())}


def defaults_of_compose() -> Iterator[tuple[str, str]]:
    for found in _VARIABLE.finditer(_text()):
        if found["rule"] == ":-":
            yield found["name"], found["rest"]


def _text() -> str:
    return COMPOSE.read_text()


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    value = environment.get(found["name"], "")
    if value or found["rule"] is None:
        return value
    if found["rule"] == ":?":
        raise VariableMissing(found["rest"])
    return str(found["rest"])
