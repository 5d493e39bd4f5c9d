"""What each user has made of the push rules, remembered and kept current by the tailer."""

from collections.abc import Sequence

from homeserver.caches import LoadingCache, LruCache
from homeserver.push.evaluate import CompiledRule, compile_rules
from homeserver.push.load_rules import load_own_rules
from homeserver.push.predefined_rules import rule_set_of
from homeserver.push.room_stance import RoomStance, stance_of
from homeserver.push.rules import OwnRules
from homeserver.storage.db import Database
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_USERS = 20_000
MAX_ROOMS_PER_USER = 1_000


class UserRules:
    """A user's rules, compiled when somebody first asks for what they make of a room."""

    __slots__ = ("_compiled", "_stances", "own")

    def __init__(self, own: OwnRules) -> None:
        self.own = own
        self._compiled: Sequence[CompiledRule] | None = None
        self._stances: LruCache[str, RoomStance] | None = None

    def stance(self, user_id: str, room_id: str) -> RoomStance:
        """Return what the rules make of a room. `user_id` is always that of the owner."""
        if self._compiled is None or self._stances is None:
            self._compiled = compile_rules(rule_set_of(user_id, self.own))
            self._stances = LruCache(MAX_ROOMS_PER_USER)
        stance = self._stances.get(room_id)
        if stance is None:
            stance = stance_of(self._compiled, user_id, room_id)
            self._stances.put(room_id, stance)
        return stance


class RulesOfUsers:
    """Answers "what are this user's rules" from memory."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rules: LoadingCache[int, UserRules] = LoadingCache(MAX_USERS, self._load)

    async def of_user(self, user_nid: int) -> UserRules:
        return await self._rules.get(user_nid)

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.PUSH_RULES:
            for user_nid in batch.entry.users:
                self._rules.invalidate(user_nid)

    def clear(self) -> None:
        self._rules.clear()

    async def _load(self, user_nid: int) -> UserRules:
        async with self._db.acquire() as conn:
            return UserRules(await load_own_rules(conn, user_nid))
