"""The page of features names tests that exist, and says of each feature how it stands."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "features.md"
NAMED_TEST = re.compile(r"`([a-z_/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (?!Feature|---)(.+) \|$", re.MULTILINE)


def test_every_test_that_the_page_names_exists() -> None:
    named = NAMED_TEST.findall(PAGE.read_text())
    assert named
    missing = [f"{path}::{name}" for path, name in named if not _exists(path, name)]
    assert missing == []


def test_every_feature_is_shown_by_a_test_or_says_what_is_missing() -> None:
    wrong = [row for row in ROW.findall(PAGE.read_text()) if not _is_honest(row)]
    assert wrong == []


def _exists(path: str, name: str) -> bool:
    file = ROOT / "tests" / "desktop" / path
    return file.exists() and re.search(rf"^(async )?def {name}\(", file.read_text(), re.MULTILINE) is not None


def _is_honest(row: str) -> bool:
    """Whether a row has its four columns, and its test or its reason."""
    columns = [column.strip() for column in row.split("|")]
    if len(columns) != 4 or not columns[3]:
        return False
    _, desktop, shown_by, _ = columns
    if desktop == "yes":
        return NAMED_TEST.fullmatch(shown_by) is not None
    return re.match(r"(partly|not yet): \w", desktop) is not None
