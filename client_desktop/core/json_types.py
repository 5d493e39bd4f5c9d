"""Names for the shapes of JSON."""

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Anything JSON can hold: for values that are handed on, not looked into."""

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object whose members are checked where they are read."""

ReadonlyJsonObject: TypeAlias = Mapping[str, Any]
"""A JSON object shared between readers; nobody may change it."""
