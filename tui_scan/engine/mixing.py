"""What must look random: a keyed mix of 64-bit numbers, to be told again from the key, and numbers by lot."""

import os

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]


def mixed(numbers: Numbers, key: int) -> Numbers:
    """Each number with the key as 64 well-spread bits (the finalizer of splitmix64)."""
    x = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: Numbers = x ^ (x >> np.uint64(31))
    return result


def drawn(below: int) -> int:
    """A number from 0 on by lot; the module that is made for this takes a millisecond to load."""
    return int.from_bytes(os.urandom(8)) % below


def shuffled(values: npt.NDArray[np.int64], key: int) -> npt.NDArray[np.int64]:
    """The values in an order that follows from the key alone."""
    order = np.argsort(mixed(np.arange(len(values), dtype=np.uint64), key))
    return values[order]
