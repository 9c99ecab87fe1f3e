"""The internet checksum (RFC 1071) of many packets at once."""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


def word_sums(matrix: Bytes) -> npt.NDArray[np.uint32]:
    """Sums of the 16-bit words of each row, in native byte order; ``matrix`` is (n, even), uint8."""
    words = matrix.view(np.uint16)
    sums = np.zeros(len(matrix), np.uint32)
    for column in words.T:  # a pass a column is much faster than a sum a row
        sums += column
    return sums


def finish(sums: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """Fold and complement: the checksums in the byte order of the summed words (RFC 1071 §2)."""
    folded = (sums & 0xFFFF) + (sums >> 16)
    folded = (folded & 0xFFFF) + (folded >> 16)
    checksums: npt.NDArray[np.uint16] = (~folded).astype(np.uint16)
    return checksums


def put(matrix: Bytes, at: int, values: npt.NDArray[np.uint16]) -> None:
    """Write native 16-bit values into columns ``at`` and ``at + 1``."""
    matrix[:, at : at + 2].view(np.uint16)[:, 0] = values


def put16(matrix: Bytes, at: int, values: npt.NDArray[np.integer] | int) -> None:
    """Write numbers, or one in all rows, in network byte order into columns ``at`` and ``at + 1``."""
    matrix[:, at : at + 2].view(">u2")[:, 0] = values


def put32(matrix: Bytes, at: int, values: npt.NDArray[np.integer]) -> None:
    """Write numbers in network byte order into four columns from ``at``."""
    matrix[:, at : at + 4].view(">u4")[:, 0] = values


def put_rows(matrix: Bytes, at: int, rows: Bytes) -> None:
    """Write rows, or one into all, whose width is a multiple of four, into the columns from ``at``."""
    matrix[:, at : at + rows.shape[1]].view(np.uint32)[:] = rows.view(np.uint32)
