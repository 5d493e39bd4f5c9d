import pytest

from homeserver.errors import NotFound
from homeserver.media.addresses import check_address, new_media_id


def test_new_media_ids_are_valid_and_different() -> None:
    ids = {new_media_id() for _ in range(100)}
    assert len(ids) == 100
    for media_id in ids:
        assert len(media_id) >= 24
        check_address("example.org", media_id)


@pytest.mark.parametrize("origin", ["example.org", "example.org:8448", "[::1]:8448", "127.0.0.1"])
def test_server_names_are_accepted(origin: str) -> None:
    check_address(origin, "abcDEF_-123")


@pytest.mark.parametrize(
    ("origin", "media_id"),
    [
        ("example.org", ".."),
        ("example.org", "../../etc/passwd"),
        ("example.org", "a/b"),
        ("example.org", "a.b"),
        ("example.org", "a\\b"),
        ("example.org", "a\x00"),
        ("example.org", "a\n"),
        ("example.org", ""),
        ("example.org", "a" * 256),
        ("example.org", "ä"),
        ("../..", "abc"),
        ("..%2f", "abc"),
        ("exa/mple", "abc"),
        ("", "abc"),
        ("[::1", "abc"),
    ],
)
def test_path_traversal_is_refused_like_an_unknown_address(origin: str, media_id: str) -> None:
    """CVE-2021-41281."""
    with pytest.raises(NotFound):
        check_address(origin, media_id)
