"""A pytest plug-in: a run of the whole suite fails where an answer that the specification names was not seen.

Worker processes of pytest-xdist hand what they saw to the one that started them. A run of some tests reports
with `--unseen` and never fails for it.
"""

from collections.abc import Set
from pathlib import Path

import pytest

from tests.conformance.named_answers import Named, load_named_answers, read_known_gaps, unseen
from tests.conformance.openapi import spec_data
from tests.conformance.seen import SEEN

KNOWN_GAPS = Path(__file__).with_name("known-gaps.txt")
OUTPUT = "seen"
SELECTING = ("keyword", "lf", "deselect", "ignore", "ignore_glob", "collectonly", "maxfail", "stepwise")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--unseen", action="store_true", help="list the answers of the specification that the run did not see"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[OUTPUT] = [
            (answer.operation_id, answer.status, answer.errcode) for answer in sorted(SEEN)
        ]
    elif session.exitstatus == pytest.ExitCode.OK and is_whole_run(session.config) and problems(SEEN):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a worker process saw; one that crashed has said nothing."""
    SEEN.update(Named(*answer) for answer in getattr(node, "workeroutput", {}).get(OUTPUT, ()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    if config.option.unseen or is_whole_run(config):
        for line in problems(SEEN):
            terminalreporter.write_line(line)


def is_whole_run(config: pytest.Config) -> bool:
    """Tell whether every test was asked for, as `make test` does."""
    everything = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    return everything and not any(getattr(config.option, name, None) for name in SELECTING)


def problems(seen: Set[Named]) -> list[str]:
    """Return a sentence for each answer that was not seen without a reason, and for each needless reason."""
    folder = spec_data()
    if folder is None:
        return []
    gaps = read_known_gaps(KNOWN_GAPS)
    missing = [str(answer) for answer in unseen(load_named_answers(folder), seen)]
    return [
        *(f"never seen: {answer}" for answer in missing if answer not in gaps),
        *(
            f"seen, or no answer of the specification, but in known-gaps.txt: {answer}"
            for answer in sorted(gaps.keys() - missing)
        ),
    ]
