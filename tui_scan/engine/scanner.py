"""Carries a scan out: each technique's loop in turn."""

import os
from collections.abc import Callable
from functools import partial

from tui_scan.engine.loops.frames import FrameLoop
from tui_scan.engine.odd_ttl import note_odd_ttls
from tui_scan.engine.scan import Scan
from tui_scan.engine.suspicion import verify_doubted
from tui_scan.engine.techniques import syn, udp
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource

BY_PACKETS: dict[Technique, Callable[[Matcher], FrameTechnique]] = {
    Technique.SYN: syn.SynProbes,
    Technique.UDP: udp.UdpProbes,
}
"""Techniques that write packets of their own, where raw sockets can be had."""


class Scanner:
    """Runs the techniques of a scan one after the other; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, sockets: SocketSource, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._sockets, self._checkpoint = scan, sockets, checkpoint
        self._key = int.from_bytes(os.urandom(7))

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, TuiScanError where it cannot go on."""
        for technique in self._scan.columns.techniques:
            self._carry_out(self._scan, technique)
            note_odd_ttls(self._scan, technique)
            verify_doubted(self._scan, technique, partial(self._carry_out, technique=technique))

    def _carry_out(self, scan: Scan, technique: Technique) -> None:
        if technique in BY_PACKETS and self._sockets.raw:
            FrameLoop(scan, BY_PACKETS[technique], self._key, self._sockets, self._checkpoint).run()
            return
        from tui_scan.engine import by_sockets

        by_sockets.carry_out(scan, technique, self._key, self._checkpoint)
