"""What a provider calls somebody, as a user name."""

import pytest

from federation.protocol.ids import is_strict_localpart
from homeserver.sso.user_names import suggested_name, wished_name


def test_of_an_address_only_the_first_part_is_wished_for() -> None:
    assert wished_name("dave@example.com") == "dave"
    assert wished_name("Dave") == "Dave"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Dave", "dave"),
        ("José Müller", "jose-muller"),
        ("_dave_", "dave"),
        ("дейв", ""),
        ("x" * 300, "x" * 64),
        ("", ""),
    ],
)
def test_a_suggestion_is_possible_or_empty(claim: str, expected: str) -> None:
    suggestion = suggested_name(claim)
    assert suggestion == expected
    assert not suggestion or is_strict_localpart(suggestion)
