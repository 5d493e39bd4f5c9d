"""Values as QML reads them: plain lists and maps with names in camelCase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from PySide6.QtCore import QObject


@cache
def camel_case(name: str) -> str:
    """`sender_name` as `senderName`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@cache
def field_names(row_type: Any) -> tuple[tuple[str, str], ...]:
    """Names of a dataclass's fields, each with its name in QML."""
    return tuple((field.name, camel_case(field.name)) for field in fields(row_type))


def to_qml(value: Any) -> Any:
    """What QML can read: dataclasses become maps, sequences lists, enumerations their values."""
    if value is None or isinstance(value, bool | int | float | QObject):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {qml: to_qml(getattr(value, name)) for name, qml in field_names(type(value))}
    if isinstance(value, Mapping):
        return {str(key): to_qml(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_qml(item) for item in value]
    return value
