from homeserver.media.access_times import MAX_GATHERED, WORTH_WRITING_MS, AccessTimes
from homeserver.media.arrivals import Arrivals


def test_announcement_wakes_those_who_expect_the_address() -> None:
    arrivals = Arrivals()
    with arrivals.expect(1) as first, arrivals.expect(1) as second, arrivals.expect(2) as other:
        assert arrivals.waiting == 3
        arrivals.announce(1)
        assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)
    assert arrivals.waiting == 0


def test_announcement_without_anybody_waiting_is_harmless() -> None:
    Arrivals().announce(1)


def test_access_times_are_taken_once() -> None:
    times = AccessTimes()
    times.note(1, None, 10 * WORTH_WRITING_MS)
    assert times.take() == {1: 10 * WORTH_WRITING_MS}
    assert times.take() == {}


def test_access_soon_after_the_last_is_not_worth_a_write() -> None:
    times = AccessTimes()
    times.note(1, 10 * WORTH_WRITING_MS, 11 * WORTH_WRITING_MS - 1)
    times.note(2, 10 * WORTH_WRITING_MS, 11 * WORTH_WRITING_MS)
    assert times.take() == {2: 11 * WORTH_WRITING_MS}


def test_access_times_are_bounded() -> None:
    times = AccessTimes()
    for media_nid in range(MAX_GATHERED + 5):
        times.note(media_nid, None, 10 * WORTH_WRITING_MS)
    assert len(times.take()) == MAX_GATHERED
