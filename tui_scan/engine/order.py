"""In which order probes leave: a keyed permutation of the cells, so that no host is flooded port by port."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.int64]
CHUNK = 1 << 16


def first_round(
    hosts: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    width: int,
    rng: np.random.Generator,
    randomize: bool,
) -> Iterator[Cells]:
    """The cells of ``hosts`` x ``columns`` in chunks of at most 65,536; ``width`` is the ledger's column count.

    Ports are outermost: every host gets one probe before any host gets its second, and both ports and hosts
    are shuffled unless ``randomize`` is False.
    """
    if randomize:
        columns = rng.permutation(columns)
        hosts = rng.permutation(hosts)
    step = max(1, CHUNK // max(1, len(hosts)))
    for start in range(0, len(columns), step):
        part = columns[start : start + step]
        cells = (hosts[None, :] * width + part[:, None]).reshape(-1)
        for at in range(0, len(cells), CHUNK):
            yield cells[at : at + CHUNK]
