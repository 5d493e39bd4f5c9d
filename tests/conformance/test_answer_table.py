import pytest

from tests.conformance.answer_table import render_table, written_table
from tests.conformance.named_answers import Named, load_named_answers, read_known_gaps, unseen
from tests.conformance.openapi import UNSET, spec_data
from tests.conformance.seen_report import KNOWN_GAPS, problems


def test_document_holds_the_table() -> None:
    folder = spec_data()
    if folder is None:
        pytest.skip(UNSET)
    assert written_table() == render_table(folder), "run python -m tests.conformance.answer_table"


def test_every_gap_has_a_reason_and_is_an_answer_of_the_specification() -> None:
    folder = spec_data()
    if folder is None:
        pytest.skip(UNSET)
    gaps = read_known_gaps(KNOWN_GAPS)
    assert all(gaps.values())
    assert gaps.keys() <= {str(answer) for answer in load_named_answers(folder)}


def test_an_answer_never_seen_is_a_problem_and_a_needless_gap_as_well() -> None:
    folder = spec_data()
    if folder is None:
        pytest.skip(UNSET)
    everything = set(load_named_answers(folder))
    gaps = read_known_gaps(KNOWN_GAPS)
    usual = {answer for answer in everything if str(answer) not in gaps}
    assert problems(usual) == []
    assert problems(usual - {Named("sync", 200)}) == ["never seen: sync success"]
    assert len(problems(everything)) == len(gaps)


def test_a_status_without_a_code_is_seen_with_any() -> None:
    expected = [Named("a", 404), Named("a", 400, "M_X")]
    assert unseen(expected, {Named("a", 404, "M_Y"), Named("a", 400, "M_Y")}) == [Named("a", 400, "M_X")]
