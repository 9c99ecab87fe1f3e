"""Arrays of struct mmsghdr, by which many packets pass in one system call (sendmmsg(2), recvmmsg(2))."""

from typing import Any

import numpy as np
import numpy.typing as npt

IOVEC = np.dtype([("base", "u8"), ("length", "u8")])
MMSGHDR = np.dtype(
    [
        ("name", "u8"),
        ("name_length", "u4"),
        ("pad0", "u4"),
        ("iov", "u8"),
        ("iov_count", "u8"),
        ("control", "u8"),
        ("control_length", "u8"),
        ("flags", "i4"),
        ("pad1", "u4"),
        ("transferred", "u4"),
        ("pad2", "u4"),
    ]
)
"""struct mmsghdr of 64-bit Linux; ``transferred`` is its msg_len."""


def row_addresses(array: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """The memory addresses of the rows of a contiguous array, uint64 of shape (len(array),)."""
    step = np.uint64(array.strides[0])
    addresses: npt.NDArray[np.uint64] = np.uint64(array.ctypes.data) + np.arange(len(array), dtype=np.uint64) * step
    return addresses
