"""What a technique that writes its own packets offers to the scan loop."""

from typing import Protocol as Interface

import numpy as np
import numpy.typing as npt

from tui_scan.engine.techniques.matching import Answers, Bytes, Mask
from tui_scan.engine.techniques.rules import RuleTable
from tui_scan.engine.wire.parse import Batch

Cells = npt.NDArray[np.int64]


class FrameTechnique(Interface):
    """Builds batches of probes and judges batches of answers (see ``syn`` and ``udp``)."""

    rules: RuleTable

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of a try as (positions in ``cells``, byte matrix).

        Where a try is several packets, a position comes in as many matrices, the first of which begins the try.
        """
        ...

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch."""
        ...
