"""docs/security.md: the tests that it names are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`((?:[a-z0-9_]+/)*test_[a-z0-9_]+\.py)`|`([a-z0-9]+(?:_[a-z0-9]+){2,}(?:_?…)?)`")


def test_tests_that_the_page_on_security_names_are_in_the_files_it_names() -> None:
    missing: list[str] = []
    for row in (ROOT / "docs" / "security.md").read_text().splitlines():
        tests = row.rpartition(" | ")[2]
        folder, text = ROOT / "tests", ""
        for file, claim in NAMED.findall(tests):
            if file:
                path = (ROOT / "tests" / file) if "/" in file else folder / file
                folder = path.parent
                text += path.read_text() if path.is_file() else ""
                missing += [] if path.is_file() else [file]
            elif f"def test_{claim.rstrip('…')}" not in text:
                missing.append(claim)
    assert missing == []
