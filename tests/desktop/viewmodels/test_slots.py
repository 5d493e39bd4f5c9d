"""What signals call.

A method that is no slot gives the object that has it a meta-object of its own. QML remembers what it
read of one by its address, and takes it for that of another object that came to be there later: methods
of that are then missing.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject

import client_desktop

PACKAGE = Path(client_desktop.__file__).parent


def test_the_methods_of_objects_that_signals_call_are_slots() -> None:
    called = [(cls, name) for path in sorted(PACKAGE.rglob("*.py")) for cls, name in connected_in(path)]
    assert len(called) > 20
    assert [f"{cls.__name__}.{name}" for cls, name in called if not is_slot(cls, name)] == []


def connected_in(path: Path) -> Iterator[tuple[type[QObject], str]]:
    """Yield the classes of a file and the methods that `….connect(self.method)` names in them."""
    tree = ast.parse(path.read_text())
    for node in tree.body:
        names = set(connected_by(node)) if isinstance(node, ast.ClassDef) else set()
        if not names or not isinstance(node, ast.ClassDef):
            continue
        module = ".".join(("client_desktop", *path.relative_to(PACKAGE).with_suffix("").parts))
        cls = getattr(importlib.import_module(module), node.name)
        if issubclass(cls, QObject):
            yield from ((cls, name) for name in sorted(names) if callable(getattr(cls, name)))


def connected_by(cls: ast.ClassDef) -> Iterator[str]:
    for call in ast.walk(cls):
        match call:
            case ast.Call(
                func=ast.Attribute(attr="connect"),
                args=[ast.Attribute(value=ast.Name(id="self"), attr=name), *_],
            ):
                yield name


def is_slot(cls: type[QObject], name: str) -> bool:
    """Tell whether the meta-object of all of a class knows a method, or it is a signal or Qt's own."""
    meta = cls.staticMetaObject  # type: ignore[attr-defined]
    return any(meta.method(index).name().data().decode() == name for index in range(meta.methodCount()))
