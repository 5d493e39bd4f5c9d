"""The page of features names tests that exist, and says of each feature how it stands in each client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "features.md"
NAMED_TEST = re.compile(r"`([a-z_/]+\.py)::(\w+)`")
NAMED_VITEST_FILE = re.compile(r"`(client_web/src/[\w/]+\.test\.tsx?)`")
TABLE = re.compile(r"^\| Feature \|.+\n\|[-|]+\|\n((?:\|.+\n)+)", re.MULTILINE)
COLUMNS = 5


class Row(NamedTuple):
    feature: str
    desktop: str
    desktop_shown_by: str
    web: str
    web_shown_by: str


def test_every_test_that_the_page_names_exists() -> None:
    desktop = {named for row in _rows() for named in NAMED_TEST.findall(row.desktop + row.desktop_shown_by)}
    web = {named for row in _rows() for named in NAMED_TEST.findall(row.web + row.web_shown_by)}
    assert desktop
    assert web
    missing = [named for named in desktop if not _exists(ROOT / "tests" / "desktop", *named)]
    missing += [named for named in web if not _exists(ROOT / "tests", *named)]
    assert missing == []


def test_every_unit_test_of_the_web_client_that_the_page_names_exists() -> None:
    named = {path for row in _rows() for path in NAMED_VITEST_FILE.findall(row.web + row.web_shown_by)}
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_feature_is_shown_by_a_test_or_says_what_is_missing() -> None:
    wrong = [row for row in _rows() if not _is_honest_of_desktop(row) or not _is_honest_of_web(row)]
    assert wrong == []


@pytest.mark.parametrize(
    ("web", "shown_by"),
    [
        ("yes", ""),
        ("yes", "somebody tried it"),
        ("yes, no test yet", "`web/test_chat.py::test_two_people_write_to_each_other`"),
        ("partly", ""),
        ("not yet:", ""),
        ("not yet: there is none", "`web/test_chat.py::test_two_people_write_to_each_other`"),
        ("", ""),
    ],
)
def test_what_neither_a_test_shows_nor_words_explain_is_found(web: str, shown_by: str) -> None:
    assert not _is_honest_of_web(Row("Chat", "yes", "", web, shown_by))


def _rows() -> Iterator[Row]:
    """Every row of the page's tables of features. Raises: AssertionError where one has not its columns."""
    for table in TABLE.findall(PAGE.read_text()):
        for line in table.splitlines():
            columns = [column.strip() for column in line.removeprefix("|").removesuffix("|").split("|")]
            assert len(columns) == COLUMNS, line
            yield Row(*columns)


def _exists(folder: Path, path: str, name: str) -> bool:
    file = folder / path
    return file.exists() and re.search(rf"^(async )?def {name}\(", file.read_text(), re.MULTILINE) is not None


def _is_honest_of_desktop(row: Row) -> bool:
    if row.desktop == "yes":
        return NAMED_TEST.fullmatch(row.desktop_shown_by) is not None
    return _is_explained(row.desktop)


def _is_honest_of_web(row: Row) -> bool:
    is_named = (
        NAMED_TEST.fullmatch(row.web_shown_by) or NAMED_VITEST_FILE.fullmatch(row.web_shown_by)
    ) is not None
    if row.web == "yes":
        return is_named
    if row.web == "yes, no test yet" or row.web.startswith("not yet"):
        return row.web_shown_by == "" and (row.web.startswith("yes") or _is_explained(row.web))
    return _is_explained(row.web) and (is_named or row.web_shown_by == "")


def _is_explained(standing: str) -> bool:
    return re.match(r"(partly|not yet): \w", standing) is not None
