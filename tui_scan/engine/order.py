"""In which order probes leave: a keyed permutation of the cells, so that no host is flooded port by port."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tui_scan.engine.mixing import shuffled

Cells = npt.NDArray[np.int64]
CHUNK = 1 << 16


def first_round(
    hosts: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    width: int,
    key: int | None,
    early: npt.NDArray[np.bool_],
) -> Iterator[Cells]:
    """The cells of ``hosts`` x ``columns`` in chunks of at most 65,536; ``width`` is the ledger's column count.

    Ports are outermost: every host gets one probe before any host gets its second. Ports and hosts are in an
    order that follows from ``key``, with the ``early`` columns (bool of shape (width,)) before the others; or as
    they come where ``key`` is None.
    """
    if key is not None:
        columns = shuffled(columns, key)
        hosts = shuffled(hosts, key)
        first = early[columns]
        columns = np.concatenate([columns[first], columns[~first]])
    step = max(1, CHUNK // max(1, len(hosts)))
    for start in range(0, len(columns), step):
        part = columns[start : start + step]
        cells = (hosts[None, :] * width + part[:, None]).reshape(-1)
        for at in range(0, len(cells), CHUNK):
            yield cells[at : at + CHUNK]


def those(chunks: Iterator[Cells], wanted: npt.NDArray[np.bool_]) -> Iterator[Cells]:
    """The ``wanted`` cells (bool by cell) of the chunks in their order, joined to chunks of some size."""
    left = np.empty(0, np.int64)
    for chunk in chunks:
        left = np.concatenate([left, chunk[wanted[chunk]]])
        if len(left) >= CHUNK // 2:
            yield left
            left = np.empty(0, np.int64)
    if len(left):
        yield left
