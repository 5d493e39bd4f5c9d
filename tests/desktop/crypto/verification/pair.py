"""Two sides of a verification that exchange their messages by hand, without any network."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from client_desktop.core.crypto.primitives import SigningKey
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import FixedKeys, Flow, Outgoing, Step, Verified
from client_desktop.core.crypto.verification.machine import accept, receive
from client_desktop.core.crypto.verification.messages import Request
from client_desktop.core.crypto.verification.request_steps import ask, receive_request
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.json_types import JsonObject

ALICE, BOB = Party("@alice:example.org", "AAA"), Party("@bob:example.org", "BBB")
ALICE_2 = Party("@alice:example.org", "ZZZ")
NOW_MS = 1_700_000_000_000


def public_key() -> str:
    return SigningKey.generate().public_key


@dataclass
class Side:
    """One side: how it stands, what it sent that has not arrived, what it was shown."""

    flow: Flow
    keys: FixedKeys
    outbox: deque[Outgoing] = field(default_factory=deque)
    sent: list[Outgoing] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)

    def take(self, step: Step) -> None:
        self.flow = step.flow
        self.outbox.extend(step.send)
        self.sent.extend(step.send)
        if step.verified is not None:
            self.verified.append(step.verified)

    def do(self, act: Callable[[Flow], Step]) -> None:
        self.take(act(self.flow))

    def receive(self, message_type: str, content: JsonObject) -> None:
        self.take(receive(self.flow, message_type, content, self.keys, NOW_MS))

    @property
    def last(self) -> Outgoing:
        return self.sent[-1]


class Pair:
    """Alice asks, Bob (or another device of hers) is asked."""

    def __init__(
        self,
        other: Party = BOB,
        *,
        room_id: str | None = None,
        alice_methods: tuple[str, ...] = names.ALL_METHODS,
        other_methods: tuple[str, ...] = names.ALL_METHODS,
        alice_trusts: bool = True,
        other_trusts: bool = True,
        other_has_master: bool = True,
    ) -> None:
        a_device, b_device, a_master = public_key(), public_key(), public_key()
        b_master = a_master if other.user_id == ALICE.user_id else public_key()
        b_known = b_master if other_has_master else None
        targets = () if room_id else (other.device_id,)
        asking = ask("txn", ALICE, other.user_id, alice_methods, NOW_MS, room_id=room_id, targets=targets)
        request = Request(ALICE.device_id, alice_methods, NOW_MS)
        asked = receive_request(
            "txn",
            other,
            ALICE.user_id,
            request,
            other_methods,
            NOW_MS,
            asked_at_ms=NOW_MS,
            room_id=room_id,
        )
        self.alice = Side(asking, FixedKeys(a_device, a_master, alice_trusts, b_device, b_known))
        self.other = Side(asked, FixedKeys(b_device, b_known, other_trusts, a_device, a_master))

    def agree(self) -> "Pair":
        self.other.take(accept(self.other.flow, self.other.keys, NOW_MS))
        return self.deliver()

    def deliver(self, change: Callable[[Outgoing], Outgoing] = lambda message: message) -> "Pair":
        """Bring every message to the other side, in order, until nobody has one; `change` is the network."""
        while self.alice.outbox or self.other.outbox:
            for sender, receiver in ((self.alice, self.other), (self.other, self.alice)):
                if sender.outbox:
                    message = change(sender.outbox.popleft())
                    receiver.receive(message.type, message.content)
        return self


def forge(message_type: str, **members: object) -> Callable[[Outgoing], Outgoing]:
    """A network that changes members of one kind of message."""

    def change(message: Outgoing) -> Outgoing:
        if message.type != message_type:
            return message
        return replace(message, content={**message.content, **members})

    return change
