"""The fan-out of a deployment of one worker: there is nobody else to tell."""

from collections import defaultdict
from collections.abc import Callable
from secrets import token_hex

from homeserver.clock import Clock
from homeserver.fanout.ports import Listener, Message, Topic
from homeserver.fanout.shares import Shares
from homeserver.fanout.stamps import Stamps
from homeserver.json_types import JsonObject
from homeserver.storage.positions import LogEntry


class InProcessFanout:
    """Messages in order come back at once; everything else goes nowhere."""

    def __init__(self, clock: Clock) -> None:
        self.worker = token_hex(8)
        self.stamps = Stamps(clock)
        self.shares = Shares()
        self._listeners: defaultdict[Topic, list[Listener]] = defaultdict(list)

    @property
    def has_company(self) -> bool:
        return False

    def on_company(self, listener: Callable[[frozenset[str]], None]) -> None:
        pass

    def publish(self, entry: LogEntry) -> None:
        pass

    def on_wakeup(self, listener: Callable[[], None]) -> None:
        pass

    def watch_room(self, room_nid: int, *, watched: bool) -> None:
        pass

    def watch_user(self, user_nid: int, *, watched: bool) -> None:
        pass

    def tell(self, topic: Topic, body: JsonObject) -> None:
        pass

    def tell_in_order(self, topic: Topic, body: JsonObject) -> None:
        message = Message(self.stamps.next(), self.worker, topic, body)
        for listener in self._listeners[topic]:
            listener(message)

    def on_message(self, topic: Topic, listener: Listener) -> None:
        self._listeners[topic].append(listener)
