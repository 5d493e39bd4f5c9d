import pytest

from homeserver.accounts.profile import check_field
from homeserver.errors import InvalidParam, MatrixError


@pytest.mark.parametrize("field", ["displayname", "avatar_url", "m.tz", "org.example.job-title", "a.b_c.d9"])
def test_names_of_fields(field: str) -> None:
    check_field(field)


@pytest.mark.parametrize(
    "field", ["", "nickname", "M.tz", "m.", ".m", "m..tz", "m.t z", "m.tz\n", "9.a", "m.é"]
)
def test_names_that_are_none(field: str) -> None:
    with pytest.raises(InvalidParam):
        check_field(field)


def test_name_of_more_than_255_bytes_is_too_large() -> None:
    check_field("m." + "a" * 253)
    with pytest.raises(MatrixError) as refused:
        check_field("m." + "a" * 254)
    assert refused.value.errcode == "M_KEY_TOO_LARGE"
