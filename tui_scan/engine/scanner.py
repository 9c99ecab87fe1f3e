"""Carries a scan out: each technique's loop in turn."""

from collections.abc import Callable

import numpy as np

from tui_scan.engine.loops.connect import ConnectLoop
from tui_scan.engine.loops.frames import FrameLoop, FrameTechnique
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.engine.techniques.syn import SynProbes
from tui_scan.engine.techniques.udp import UdpProbes
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource

PACKETS: dict[Technique, Callable[[Matcher], FrameTechnique]] = {Technique.SYN: SynProbes, Technique.UDP: UdpProbes}
"""The techniques that send packets of their own."""


class Scanner:
    """Runs the techniques of a scan one after the other; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, sockets: SocketSource, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._sockets, self._checkpoint = scan, sockets, checkpoint
        self._rng = np.random.default_rng()

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, TuiScanError where it cannot go on."""
        for technique in self._scan.columns.techniques:
            if technique is Technique.CONNECT:
                ConnectLoop(self._scan, self._rng, self._checkpoint).run()
            else:
                make = PACKETS[technique]
                FrameLoop(self._scan, make, self._rng, self._sockets, self._checkpoint).run()
