"""Data for the QML theme."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from client_shared.writers.colors import qml_color

HEADER = """// Made from client_shared/{} by `python -m client_shared.generate`; edit that.
pragma Singleton
import QtQuick

"""


def tokens_qml(tokens: Mapping[str, Any]) -> str:
    """Return a singleton with an object per theme, per density, and one for measures."""
    font = tokens["font"]
    measures = {f"size{name.capitalize()}": size for name, size in font["size"].items()}
    measures |= {f"weight{name.capitalize()}": weight for name, weight in font["weight"].items()}
    measures |= {f"space{space}": space for space in tokens["space"]}
    measures |= {f"radius{name.capitalize()}": radius for name, radius in tokens["radius"].items()}
    measures |= {"fastMs": tokens["motion"]["fastMs"], "normalMs": tokens["motion"]["normalMs"]}
    measures |= {"lineHeight": font["lineHeight"], **tokens["layout"]}
    return (
        HEADER.format("tokens.json") + "QtObject {\n"
        f"    readonly property string sans: {json.dumps(font['sans'])}\n"
        f"    readonly property string mono: {json.dumps(font['mono'])}\n"
        f"    readonly property var easing: {json.dumps([*tokens['motion']['easing'], 1, 1])}\n"
        f"    readonly property list<color> people: {json.dumps(tokens['people'])}\n"
        f"    readonly property list<color> peopleDark: {json.dumps(tokens['peopleDark'])}\n"
        + _object("measures", {name: _number(value) for name, value in measures.items()})
        + _object("light", {name: _color(value) for name, value in tokens["light"].items()})
        + _object("dark", {name: _color(value) for name, value in tokens["dark"].items()})
        + "".join(
            _object(density, {name: _number(value) for name, value in its.items()})
            for density, its in tokens["density"].items()
        )
        + "}\n"
    )


def shortcuts_qml(shortcuts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a singleton with the table of actions, in the file's order."""
    lines = []
    for action, entry in shortcuts.items():
        keys = [_qt_sequence(key) for key in entry["keys"]]
        mac = [_qt_sequence(key) for key in entry.get("mac", entry["keys"])]
        row = {"action": action, "section": entry["section"], "keys": keys, "mac": mac}
        lines.append(f"        {json.dumps(row)}")
    return (
        HEADER.format("shortcuts.json")
        + "QtObject {\n    readonly property var rows: [\n"
        + ",\n".join(lines)
        + "\n    ]\n}\n"
    )


def _qt_sequence(keys: str) -> str:
    """Qt's "Ctrl" is ⌘ on a Mac already, and "Meta" is Ctrl there."""
    return keys.replace("Ctrl+", "Meta+").replace("Mod+", "Ctrl+")


def _object(name: str, members: Mapping[str, str]) -> str:
    inner = "".join(f"        readonly property {member}\n" for member in _members(members))
    return f"    readonly property QtObject {name}: QtObject {{\n{inner}    }}\n"


def _members(members: Mapping[str, str]) -> list[str]:
    return [
        f"{declaration.split(' ')[0]} {name}: {declaration.split(' ')[1]}"
        for name, declaration in members.items()
    ]


def _number(value: object) -> str:
    if isinstance(value, bool):
        return f"bool {json.dumps(value)}"
    return f"{'int' if isinstance(value, int) else 'real'} {value}"


def _color(value: str) -> str:
    return f'color "{qml_color(value)}"'
