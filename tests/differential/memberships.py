"""Actions on memberships: joins of every kind, invites, knocks, kicks, bans, and nonsense."""

from random import Random
from typing import Final

from federation.protocol.signing import encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject, JsonValue
from tests.differential.builder import SERVERS, USERS, GraphBuilder
from tests.differential.odd_values import junk

MEMBER: Final = "m.room.member"
IDENTITY_KEY: Final = generate_signing_key("id", bytes([77] * 32))
OTHER_KEY: Final = generate_signing_key("id", bytes([78] * 32))
IDENTITY_SERVER: Final = "id.example"


def join(graph: GraphBuilder, rng: Random) -> None:
    """Somebody joins, perhaps again, perhaps without being allowed to."""
    user = rng.choice(USERS)
    content: JsonObject = {"membership": "join"}
    if rng.random() < 0.3:
        content["displayname"] = rng.choice(("A", "B", "C"))
    graph.add(rng, user, MEMBER, content, user)


def authorised_join(graph: GraphBuilder, rng: Random) -> None:
    """Somebody joins by word of a member, whose server may or may not have signed."""
    user = rng.choice(USERS)
    authoriser: JsonValue = rng.choice(graph.users_with("join") if rng.random() < 0.8 else USERS)
    if rng.random() < 0.08:
        authoriser = junk(rng, graph.version)
    content: JsonObject = {"membership": "join", "join_authorised_via_users_server": authoriser}
    signer = authoriser.partition(":")[2] if isinstance(authoriser, str) else SERVERS[0]
    if rng.random() < 0.15 or not signer:
        signer = rng.choice(SERVERS)
    graph.add(rng, user, MEMBER, content, user, signers=(signer,))


def invite(graph: GraphBuilder, rng: Random) -> None:
    """A member invites somebody."""
    _act_on(graph, rng, "invite", rng.choice(USERS))


def leave(graph: GraphBuilder, rng: Random) -> None:
    """Somebody leaves, or takes back a knock or an invite."""
    user = rng.choice(graph.users_with("join", "invite", "knock"))
    graph.add(rng, user, MEMBER, {"membership": "leave"}, user)


def kick(graph: GraphBuilder, rng: Random) -> None:
    """A member kicks, or unbans, somebody."""
    _act_on(graph, rng, "leave", rng.choice(graph.users_with("join", "invite", "knock", "ban")))


def ban(graph: GraphBuilder, rng: Random) -> None:
    """A member bans somebody."""
    _act_on(graph, rng, "ban", rng.choice(USERS))


def knock(graph: GraphBuilder, rng: Random) -> None:
    """Somebody knocks, at times for somebody else."""
    user = rng.choice(USERS)
    target = user if rng.random() < 0.92 else rng.choice(USERS)
    graph.add(rng, user, MEMBER, {"membership": "knock"}, target)


def odd_membership(graph: GraphBuilder, rng: Random) -> None:
    """A membership that is none, or whose place is wrong."""
    user = rng.choice(graph.users_with("join"))
    contents: list[JsonValue] = [
        {},
        {"membership": "eat"},
        {"membership": junk(rng, graph.version)},
        {"membership": "join", "extra": junk(rng, graph.version)},
        {"membership": "leave", "third_party_invite": junk(rng, graph.version)},
    ]
    state_keys: list[JsonValue] = [user, user, rng.choice(USERS), "", "nobody", None, "@x", "@:a.example"]
    content = rng.choice(contents)
    auth_as: JsonObject = {"membership": "join"}
    graph.add(rng, user, MEMBER, content, rng.choice(state_keys), auth_as=rng.choice([auth_as, {}]))


def third_party_invite(graph: GraphBuilder, rng: Random) -> None:
    """A member makes an invitation that an identity server can hand on."""
    sender = rng.choice(graph.users_with("join"))
    key = encode_base64(IDENTITY_KEY.public_key)
    other = encode_base64(OTHER_KEY.public_key)
    contents: list[JsonObject] = [
        {"display_name": "a", "public_key": key, "key_validity_url": "https://id.example"},
        {"display_name": "a", "public_keys": [{"public_key": key}]},
        {"public_key": other, "public_keys": [{"public_key": other}, {"public_key": key}]},
        {"public_key": other},
        {},
    ]
    graph.add(rng, sender, "m.room.third_party_invite", rng.choice(contents), rng.choice(("t1", "t2")))


def handed_on_invite(graph: GraphBuilder, rng: Random) -> None:
    """An invitation is turned into an invite, with or without a good signature of the identity server."""
    token = rng.choice(("t1", "t2"))
    made = graph.current("m.room.third_party_invite", token)
    sender = str(made.sender) if made and rng.random() < 0.85 else rng.choice(USERS)
    target = rng.choice(USERS)
    mxid = target if rng.random() < 0.9 else rng.choice(USERS)
    key = IDENTITY_KEY if rng.random() < 0.85 else OTHER_KEY
    signed: JsonObject = sign_json({"mxid": mxid, "token": token}, IDENTITY_SERVER, key)
    if rng.random() < 0.1:
        signed[rng.choice(("mxid", "token", "extra"))] = rng.choice(("t1", target, "other"))
    if rng.random() < 0.1:
        del signed[rng.choice(("mxid", "token", "signatures"))]
    invite_part: JsonValue = {"display_name": "a", "signed": signed}
    if rng.random() < 0.05:
        odd: list[JsonValue] = [{}, {"signed": {}}, {"signed": []}, []]
        invite_part = rng.choice(odd)
    content: JsonObject = {"membership": "invite", "third_party_invite": invite_part}
    signer = (rng.choice(SERVERS),) if rng.random() < 0.2 else ()
    graph.add(rng, sender, MEMBER, content, target, signers=signer)


def _act_on(graph: GraphBuilder, rng: Random, membership: str, target: str) -> None:
    among = graph.users_with("join") if rng.random() < 0.9 else USERS
    graph.add(rng, rng.choice(among), MEMBER, {"membership": membership}, target)
