"""Operations on a timeline lead to the list that was built anew, and are few."""

from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.timeline.differences import apply, differences
from client_desktop.core.values import Insert, ItemKind, Remove, Replace, Reset, TimelineItem


def item(key: str, body: str = "") -> TimelineItem:
    return TimelineItem(key, ItemKind.TEXT, 0, body=body)


def items(text: str) -> list[TimelineItem]:
    return [item(key) for key in text]


LISTS = st.lists(
    st.builds(item, st.sampled_from("abcdefghij"), st.sampled_from(["", "x"])), unique_by=lambda row: row.key
)


@given(LISTS, LISTS)
def test_applying_the_operations_gives_the_rebuilt_list(
    before: list[TimelineItem], after: list[TimelineItem]
) -> None:
    shown = list(before)
    apply(shown, differences(before, after))
    assert shown == after


@given(LISTS)
def test_nothing_is_done_where_nothing_changed(before: list[TimelineItem]) -> None:
    assert differences(before, list(before)) == ()


def test_new_message_is_one_insertion() -> None:
    assert differences(items("abc"), items("abcde")) == (Insert(3, tuple(items("de"))),)


def test_older_messages_are_one_insertion() -> None:
    assert differences(items("cd"), items("abcd")) == (Insert(0, tuple(items("ab"))),)


def test_change_of_one_row_is_one_replacement() -> None:
    assert differences(items("abc"), [item("a"), item("b", "x"), item("c")]) == (Replace(1, item("b", "x")),)


def test_removed_rows_that_touch_are_one_removal() -> None:
    assert differences(items("abcd"), items("ad")) == (Remove(1, 2),)


def test_one_row_that_moves_is_taken_out_and_put_in() -> None:
    assert differences(items("abcd"), items("bcda")) == (Remove(0, 1), Insert(3, tuple(items("a"))))


def test_reset_replaces_everything() -> None:
    shown = items("abc")
    apply(shown, [Reset(tuple(items("xy")))])
    assert shown == items("xy")
