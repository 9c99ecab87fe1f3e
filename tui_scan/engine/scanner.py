"""Carries a scan out: each technique's loop in turn."""

import os
from collections.abc import Callable
from functools import partial

from tui_scan.engine.icmp_spoken import open_spoken_icmp
from tui_scan.engine.loops.frames import FrameLoop
from tui_scan.engine.odd_ttl import note_odd_ttls
from tui_scan.engine.scan import Scan
from tui_scan.engine.suspicion import verify_doubted
from tui_scan.engine.techniques import registry
from tui_scan.language import Sentence
from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.privilege.sockets import SocketSource

SPOOFED = "Frames come from the Ethernet address {mac}, which was drawn for --spoof-mac."

DECOYS = "Each probe leaves in the name of {decoys} too (-D). Exchanges show what leaves in our own."


class Scanner:
    """Runs the techniques of a scan one after the other; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, sockets: SocketSource, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._sockets, self._checkpoint = scan, sockets, checkpoint
        self._key = int.from_bytes(os.urandom(7))

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, TuiScanError where it cannot go on."""
        self._tell_other_names()
        there = self._find_hosts()
        self._scan.hosts_known.set()
        if there:
            self._scan_ports()
        if self._scan.request.trace and self._scan.request.aim is not Aim.LIST:
            from tui_scan.engine.discovery.tracing import Tracer

            Tracer(self._scan, self._sockets, self._key, self._checkpoint).run()

    def _tell_other_names(self) -> None:
        """Say whose names probes carry: an Ethernet address that was drawn, and decoys."""
        form = self._scan.request.packets
        drawn = form.own_mac(self._key).hex(":") if form.mac is not None else ""
        if drawn and form.mac != drawn.replace(":", ""):
            self._scan.notes.append(Sentence(SPOOFED, mac=drawn))
        decoys = [decoy for decoy in self._scan.plan.third.decoys if decoy]
        if decoys:
            self._scan.notes.append(Sentence(DECOYS, decoys=", ".join(decoys)))

    def _scan_ports(self) -> None:
        for technique in filter(self._scan.undecided, self._scan.columns.techniques):
            self._carry_out(self._scan, technique)
            open_spoken_icmp(self._scan, technique)
            note_odd_ttls(self._scan, technique)
            verify_doubted(self._scan, technique, partial(self._carry_out, technique=technique))
        if self._scan.request.discovery.skip:
            from tui_scan.engine.passed_over import note_passed_over

            note_passed_over(self._scan)

    def _find_hosts(self) -> bool:
        """Which hosts are up, where that is to be found out; whether there is one whose ports are to be probed."""
        request, hosts = self._scan.request, self._scan.hosts
        if request.aim is Aim.LIST:
            return False
        on_link = request.aim is Aim.PORTS and request.discovery.link and self._sockets.raw
        if (on_link or not request.discovery.skip) and not self._scan.hosts_known.is_set():
            from tui_scan.engine.discovery.run import Discoverer

            Discoverer(self._scan, self._sockets, self._key, self._checkpoint).run()
        return request.aim is Aim.PORTS and bool((hosts.state != HostState.DOWN).any())

    def _carry_out(self, scan: Scan, technique: Technique) -> None:
        if TECHNIQUES[technique].third_party:
            from tui_scan.engine import by_third_party

            by_third_party.carry_out(scan, technique, self._key, self._sockets, self._checkpoint)
            return
        if self._sockets.raw and registry.writes_packets(technique):
            make = partial(registry.probes, technique, request=scan.request)
            FrameLoop(scan, make, self._key, self._sockets, self._checkpoint).run()
            return
        from tui_scan.engine import by_sockets

        by_sockets.carry_out(scan, technique, self._key, self._checkpoint)
