import pytest

from federation.protocol.ids import ServerName
from federation.transport.server_names import ServerLists


@pytest.mark.parametrize(
    ("server", "lists", "permitted"),
    [
        ("a.org", ServerLists(), True),
        ("a.org", ServerLists(deny=["a.org"]), False),
        ("A.ORG:8448", ServerLists(deny=["a.org"]), False),
        ("a.org:8448", ServerLists(deny=["a.org:8448"]), False),
        ("a.org:1", ServerLists(deny=["a.org:8448"]), True),
        ("b.a.org", ServerLists(deny=["a.org"]), True),
        ("b.a.org", ServerLists(deny=["*.a.org"]), False),
        ("b.a.org:8448", ServerLists(deny=["*.A.org"]), False),
        ("a.org", ServerLists(deny=["*.a.org"]), True),
        ("bad-a.org", ServerLists(deny=["*.a.org"]), True),
        ("a.org", ServerLists(allow=["a.org"]), True),
        ("b.org", ServerLists(allow=["a.org"]), False),
        ("b.org", ServerLists(allow=[]), False),
        ("a.org", ServerLists(allow=["a.org"], deny=["a.org"]), False),
        ("[2001:db8::1]:8448", ServerLists(deny=["[2001:db8::1]"]), False),
    ],
)
def test_lists_of_servers(server: str, lists: ServerLists, permitted: bool) -> None:
    assert lists.permit(ServerName(server)) is permitted
