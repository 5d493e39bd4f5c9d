import pytest

from tests.federation.e2ee.people import DEVICES, Pair
from tests.support.fake_peer import FakePeer
from tests.support.federation_servers import FederationServer


@pytest.fixture
async def pair(one_server: FederationServer, fake_peer: FakePeer) -> Pair:
    pair = Pair(one_server, fake_peer, await one_server.user("alice"))
    fake_peer.accept_transactions()
    fake_peer.answer(DEVICES, pair.device_list)
    return pair
