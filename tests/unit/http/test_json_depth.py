import pytest

from homeserver.http.json_depth import MAX_DEPTH, is_too_deep


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return opening * depth + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth_is_counted_over_arrays_and_objects(opening: bytes, closing: bytes) -> None:
    filler = b"1" if opening != b"[" else b""
    assert not is_too_deep(opening * MAX_DEPTH + filler + closing * MAX_DEPTH)
    assert is_too_deep(opening * (MAX_DEPTH + 1) + filler + closing * (MAX_DEPTH + 1))


def test_many_shallow_arrays_are_not_deep() -> None:
    assert not is_too_deep(b"[" + b",".join([b"[]"] * 1000) + b"]")


def test_brackets_in_texts_do_not_count() -> None:
    assert not is_too_deep(b'{"a":"' + b"[{" * 1000 + b'"}')
    assert not is_too_deep(b'{"a":"\\"' + b"[" * 1000 + b'"}')
