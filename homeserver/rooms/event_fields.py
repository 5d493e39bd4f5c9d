"""The `event_fields` of a filter: which properties of an event a client wants to see.

Spec: https://spec.matrix.org/v1.19/appendices/#dot-separated-property-paths
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from homeserver.json_types import JsonObject

FieldPath: TypeAlias = tuple[str, ...]


def parse_field_path(text: str) -> FieldPath:
    r"""Split a path at its dots; `\.` is a dot and `\\` a backslash in a name, others are themselves."""
    names: list[str] = []
    name: list[str] = []
    characters = iter(range(len(text)))
    for index in characters:
        character = text[index]
        if character == "\\" and text[index + 1 : index + 2] in (".", "\\"):
            name.append(text[next(characters)])
        elif character == ".":
            names.append("".join(name))
            name = []
        else:
            name.append(character)
    return (*names, "".join(name))


def select_fields(event: JsonObject, paths: Iterable[FieldPath]) -> JsonObject:
    """Return the properties of an event that the paths lead to; paths that lead nowhere are passed over."""
    selected: JsonObject = {}
    for path in paths:
        _copy(event, selected, path)
    return selected


def _copy(source: JsonObject, target: JsonObject, path: Sequence[str]) -> None:
    *parents, name = path
    found: object = source
    for parent in parents:
        found = found.get(parent) if isinstance(found, dict) else None
    if not isinstance(found, dict) or name not in found:
        return
    for parent in parents:
        inner = target.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        target = inner
    target[name] = found[name]
