"""Values that one implementation may read otherwise than another."""

from random import Random
from typing import Final

from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import JsonValue

LEVELS: Final[tuple[JsonValue, ...]] = (0, 10, 25, 49, 50, 51, 75, 99, 100, 101, -1, 2**53 - 1, -(2**53) + 1)
TEXT_LEVELS: Final[tuple[JsonValue, ...]] = (
    "50",
    " 50 ",
    "+50",
    "-50",
    "050",
    "5.0",
    "",
    "fifty",
    "0x10",
    "\n7\t",
    "99999999999999999999",
)
ODD_LEVELS: Final[tuple[JsonValue, ...]] = (None, [], [50], {}, {"a": 1})
# Before room version 10 Synapse takes all that Python's int() takes for a level, these among them.
PYTHON_INTEGERS: Final[tuple[JsonValue, ...]] = (True, False, "1_000", "٣")
LOOSE_NUMBERS: Final[tuple[JsonValue, ...]] = (
    50.0,
    50.5,
    -0.0,
    1e3,
    1e20,
    2**53,
    2**63 - 1,
    2**63,
    2**70,
    -(2**60),
)


def level(rng: Random, version: RoomVersion) -> JsonValue:
    """Return a power level: mostly a number, at times something else."""
    chance = rng.random()
    if chance < 0.86:
        return rng.choice(LEVELS)
    if chance < 0.93:
        return rng.choice(TEXT_LEVELS)
    if chance < 0.96 or version.strict_canonical_json:
        return rng.choice((*ODD_LEVELS, *(PYTHON_INTEGERS if version.integer_power_levels else ())))
    return rng.choice(LOOSE_NUMBERS)


def junk(rng: Random, version: RoomVersion) -> JsonValue:
    """Return any JSON value."""
    loose = () if version.strict_canonical_json and rng.random() < 0.9 else LOOSE_NUMBERS
    return rng.choice((*ODD_LEVELS, *TEXT_LEVELS, *loose, 5, "@bob:b.example", "public", "join"))
