"""SCTP's checksum of many packets at once: CRC-32C (RFC 9260 appendix A)."""

import numpy as np
import numpy.typing as npt

_POLYNOMIAL = 0x82F63B78


def _table() -> npt.NDArray[np.uint32]:
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> np.uint32(1)) ^ np.uint32(_POLYNOMIAL), values >> np.uint32(1))
    return values


_TABLE = _table()


def crc32c(matrix: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The checksums of the rows; as a number whose lowest byte stands first in the packet."""
    crc = np.full(len(matrix), 0xFFFFFFFF, np.uint32)
    for column in matrix.T:
        crc = _TABLE[(crc ^ column) & 0xFF] ^ (crc >> np.uint32(8))
    return ~crc
