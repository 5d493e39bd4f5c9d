from hypothesis import given
from hypothesis import strategies as st

from homeserver.media.thumbnail_variants import (
    ORIGINAL,
    STANDARD_VARIANTS,
    Method,
    Variant,
    choose_variant,
    without_new_shape,
)

sides = st.integers(1, 65_535)


@given(sides, sides, st.sampled_from(Method), st.booleans())
def test_chosen_variant_is_never_smaller_than_asked_for(
    width: int, height: int, method: Method, animated: bool
) -> None:
    chosen = choose_variant(width, height, method, animated=animated)
    assert chosen.width >= width
    assert chosen.height >= height
    assert chosen.animated == animated


def test_standard_sizes_answer_themselves() -> None:
    for variant in STANDARD_VARIANTS:
        assert choose_variant(variant.width, variant.height, variant.method, animated=False) == variant


def test_sizes_in_between_take_the_next_step() -> None:
    assert choose_variant(321, 100, Method.SCALE, animated=False) == Variant(640, 480, Method.SCALE)
    assert choose_variant(33, 33, Method.CROP, animated=False) == Variant(96, 96, Method.CROP)


def test_crop_keeps_the_shape_asked_for() -> None:
    assert choose_variant(160, 80, Method.CROP, animated=False) == Variant(192, 96, Method.CROP)


def test_beyond_the_largest_size_the_original_answers() -> None:
    assert choose_variant(1601, 1, Method.SCALE, animated=False) == ORIGINAL
    assert choose_variant(5000, 5000, Method.CROP, animated=False) == ORIGINAL


def test_scaled_requests_have_few_answers() -> None:
    answers = {choose_variant(side, side, Method.SCALE, animated=False) for side in range(1, 2000)}
    assert len(answers) == 6


def test_a_crop_too_many_is_answered_by_a_scaled_one() -> None:
    assert without_new_shape(Variant(96, 95, Method.CROP)) == Variant(96, 96, Method.SCALE)
