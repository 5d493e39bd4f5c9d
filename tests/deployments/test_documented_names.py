"""What the operating guide tells to set, to run and to look at exists."""

import re
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from homeserver.cli import main
from homeserver.config.settings import Settings

TOP = Path(__file__).parents[2]
PAGES = sorted([*(TOP / "docs" / "deployment").iterdir(), *(TOP / "docs" / "operating").iterdir()])
CODE = re.compile(r"`([^`\n]+)`|^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
KEY = re.compile(r"^([a-z_]+)\.([a-z_]+(?:\.[a-z_]+)*)(?= = |$)")
COMMAND = re.compile(
    r"(?:^|[\s/(])(?<!namespace )(?<!-u )parlour((?: [a-z][a-z-]+)+)(?=\s|$|\))", re.MULTILINE
)
VARIABLE = re.compile(r"\bPARLOUR_[A-Z][A-Z_]*[A-Z]\b")
FILE = re.compile(r"\b(?:deployments|tests|\.github)/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")

of_each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def settings_of(model: type[BaseModel] = Settings, prefix: str = "") -> dict[str, type[BaseModel] | None]:
    """Return every key by its dotted name, and the table that it is, if it is one."""
    keys: dict[str, type[BaseModel] | None] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        table = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        keys[prefix + name] = table
        if table is not None:
            keys |= settings_of(table, f"{prefix}{name}.")
    return keys


KEYS = settings_of()
OF_DEPLOYMENTS = {
    name
    for file in (TOP / "deployments").rglob("*")
    if file.is_file() and file.suffix not in (".json", ".xml")
    for name in VARIABLE.findall(file.read_text())
}
"""Variables of images and templates, which are no settings of the server."""


def code_of(page: Path) -> list[str]:
    return ["".join(found) for found in CODE.findall(page.read_text())]


@of_each_page
def test_settings_exist(page: Path) -> None:
    named = {found[0] for text in code_of(page) if (found := KEY.match(text)) and KEYS.get(found[1])}
    assert named - set(KEYS) - {"media.txt"} == set()
    variables = {name: name.removeprefix("PARLOUR_").lower() for name in VARIABLE.findall(page.read_text())}
    settings = {name for name, key in variables.items() if key.replace("__", ".") in KEYS}
    assert set(variables) - settings - OF_DEPLOYMENTS == set()


@of_each_page
def test_commands_exist(page: Path) -> None:
    for words in COMMAND.findall("\n".join(code_of(page))):
        command: click.Command | None = main
        for word in words.split():
            if not isinstance(command, click.Group):
                break  # what follows are its arguments
            command = command.get_command(click.Context(command), word)
            assert command is not None, f"parlour{words}"


@of_each_page
def test_files_exist(page: Path) -> None:
    text = page.read_text()
    assert [name for name in FILE.findall(text) if not (TOP / name).exists()] == []
    assert [name for name in LINK.findall(text) if not (page.parent / name).exists()] == []


def test_there_is_something_to_look_at() -> None:
    everything = "\n".join(text for page in PAGES for text in code_of(page))
    assert len(COMMAND.findall(everything)) > 20
    assert len(VARIABLE.findall(everything)) > 10
    assert sum(bool(KEY.match(text)) for page in PAGES for text in code_of(page)) > 10
