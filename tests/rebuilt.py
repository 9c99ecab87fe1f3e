"""A capture's way to make packets again, from a function that gives one packet at a time."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import Build, Cells


def built_by(packet: Callable[[int, int, int], bytes], parts: int = 1) -> Build:
    """``packet(cell, try, part)`` as what builds whole batches, ``parts`` packets a try."""

    def build(cells: Cells, tries: int) -> list[tuple[Cells, npt.NDArray[np.uint8]]]:
        return [
            (np.array([at]), np.frombuffer(packet(cell, tries, part), np.uint8)[None, :])
            for part in range(parts)
            for at, cell in enumerate(cells.tolist())
        ]

    return build
