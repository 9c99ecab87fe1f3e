"""How hosts number their IPv4 packets (RFC 791 §3.2, RFC 6864): what an idle scan needs of a zombie."""

import random
from collections import Counter
from enum import StrEnum

_WRAP = 1 << 16


class Identifications(StrEnum):
    """One counter, one by steps of two, one in the other byte order, one a destination, none at all, by lot."""

    COUNTER = "counter"
    TWO = "two"
    SWAPPED = "swapped"
    DESTINATION = "destination"
    ZERO = "zero"
    RANDOM = "random"


class Numbering:
    """Gives the packets of one host their identifications."""

    def __init__(self, way: Identifications, chance: random.Random) -> None:
        self._way, self._chance = way, chance
        self._first = chance.randrange(_WRAP)
        self._sent: Counter[bytes] = Counter()

    def next(self, destination: bytes) -> int:
        """The identification of the next packet to ``destination``."""
        if self._way is Identifications.ZERO:
            return 0
        if self._way is Identifications.RANDOM:
            return self._chance.randrange(_WRAP)
        own = self._way is Identifications.DESTINATION
        key = destination if own else b""
        self._sent[key] += 2 if self._way is Identifications.TWO else 1
        number = (self._first + self._sent[key]) % _WRAP
        return (number & 0xFF) << 8 | number >> 8 if self._way is Identifications.SWAPPED else number
