"""What packets prove of hosts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


class Evidence(NamedTuple):
    """One entry a packet in every array, in the order of their arrival.

    ``rows`` are the packets' numbers in the batch, ``numbers`` the probes they answer, ``tries`` theirs (0 where that
    is not known). ``up``: the host itself answered; else something says that it cannot be reached.
    """

    rows: Index
    hosts: Index
    numbers: Index
    tries: Index
    up: Mask
    reasons: Bytes
    ttls: Bytes

    @classmethod
    def joined(cls, parts: list["Evidence"]) -> "Evidence":
        """Several groups as one, by the order of their packets."""
        if not parts:
            nothing = np.empty(0, np.int64)
            return cls(nothing, nothing, nothing, nothing, nothing > 0, *[nothing.astype(np.uint8)] * 2)
        whole = cls._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(whole.rows, kind="stable")
        return cls._make(column[order] for column in whole)
