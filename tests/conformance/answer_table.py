"""The table of docs/conformance.md: what the suite sees every operation answer, and what it does not.

`python -m tests.conformance.answer_table` writes it. A run of the whole suite proves it.
"""

from itertools import groupby
from pathlib import Path
from typing import Final

from tests.conformance.named_answers import FIRST_ERROR, load_named_answers, read_known_gaps
from tests.conformance.openapi import UNSET, spec_data
from tests.conformance.seen_report import KNOWN_GAPS

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN: Final = "<!-- answers: written by python -m tests.conformance.answer_table -->"
END: Final = "<!-- end of answers -->"


def main() -> None:
    """Write the table into the document."""
    folder = spec_data()
    if folder is None:
        raise SystemExit(UNSET)
    head, tail = _around(DOCUMENT.read_text())
    DOCUMENT.write_text(f"{head}{BEGIN}\n\n{render_table(folder)}\n{END}{tail}")


def written_table() -> str:
    """Return the table that the document holds."""
    text = DOCUMENT.read_text()
    return text.partition(f"{BEGIN}\n\n")[2].partition(f"\n{END}")[0]


def render_table(folder: Path) -> str:
    """Return one row per operation: the errors that are seen, and, in parentheses, those that are not."""
    gaps = read_known_gaps(KNOWN_GAPS)
    lines = ["| operation | succeeds | errors |", "| --- | --- | --- |"]
    for operation_id, answers in groupby(load_named_answers(folder), lambda answer: answer.operation_id):
        success, *errors = answers
        assert success.status < FIRST_ERROR
        shown = [
            f"({name})" if str(error) in gaps else name
            for error in errors
            for name in [f"{error.status} {error.errcode}".strip()]
        ]
        lines.append(f"| {operation_id} | {'no' if str(success) in gaps else 'yes'} | {', '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _around(text: str) -> tuple[str, str]:
    head, _, rest = text.partition(BEGIN)
    return head, rest.partition(END)[2]


if __name__ == "__main__":
    main()
