"""One probe at a time: a scan of one port by one try, which holds before its probe leaves."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tui_scan.engine.calls import CALLS, CallLog
from tui_scan.engine.capture import Capture
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.discovery import Aim, Discovery
from tui_scan.model.errors import UsageError
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.third_party import ThirdParties
from tui_scan.privilege.sockets import SocketSource
from tui_scan.scope.plan import ScanPlan
from tui_scan.scope.ports import PortSelection

MOST_PORTS = 1000
"""Ports that are stepped through: more than a person has patience for."""


def step_request(request: ScanRequest, target: str, ports: str, technique: Technique) -> ScanRequest:
    """The request for these ports of one host, each by one try.

    Of ``request`` it keeps how packets are written, who else takes part as far as the technique needs it, and who is
    asked how: what speaks of many hosts, ports or tries is left out.
    """
    writes_tcp = TECHNIQUES[technique].protocol is Protocol.TCP and TECHNIQUES[technique].needs_raw
    third = request.third
    return replace(
        request,
        targets=(target,) if target else (),
        ports=ports or None,
        techniques=(technique,),
        scan_flags=request.scan_flags if writes_tcp else None,
        timing=replace(request.timing, max_retries=0, host_timeout=None, scan_delay=0, max_rate=None, min_rate=None),
        aim=Aim.PORTS,
        discovery=Discovery(skip=True, link=False),
        resolve=Resolve.NEVER,
        trace=False,
        shard=(1, 1),
        top_ports=None,
        port_ratio=None,
        exclude_ports=None,
        third=ThirdParties(
            zombie=third.zombie if technique is Technique.IDLE else None,
            relay=third.relay if technique is Technique.BOUNCE else None,
            decoys=third.decoys,
            source=third.source,
            scope=third.scope,
        ),
    )


def able(request: ScanRequest, raw: bool) -> tuple[Technique, ...]:
    """The techniques that can be stepped through: with raw sockets or without, and by the third parties that there are.

    An idle scan needs the request's zombie, an FTP bounce its server.
    """
    lacking = {
        *(t for t, info in TECHNIQUES.items() if info.needs_raw and not raw),
        *({Technique.IDLE} if request.third.zombie is None else ()),
        *({Technique.BOUNCE} if request.third.relay is None else ()),
    }
    return tuple(technique for technique in TECHNIQUES if technique not in lacking)


def step_ports(plan: ScanPlan, technique: Technique) -> Sequence[int]:
    """The ports of a plan by ``step_request``, ascending; UsageError where it has several hosts or too many ports."""
    if plan.host_count > 1:
        raise UsageError(
            "Step by step one host is asked, and these are {host_count:,}. Write one name or address.",
            host_count=plan.host_count,
        )
    ports = plan.ports.for_protocol(TECHNIQUES[technique].protocol)
    if len(ports) > MOST_PORTS:
        raise UsageError(
            "{count:,} ports are too many to step through. Write some, such as 22,80,443.", count=len(ports)
        )
    return ports


def step_scan(plan: ScanPlan, technique: Technique, port: int) -> Scan:
    """The scan of one port of a plan by ``step_request``; nothing is sent."""
    ports = PortSelection(**{TECHNIQUES[technique].protocol.value: (port,)})
    return prepare(replace(plan, ports=ports), (technique,))


class StepWorker(ScanWorker):
    """Runs a scan by ``step_scan`` up to its probe, and holds there until ``send``.

    The target's link address is resolved and the capture listens by then, so that what is sent next is the probe. Where
    it does not resolve, nothing is held nor sent.
    """

    def __init__(self, scan: Scan, sockets: SocketSource) -> None:
        super().__init__(scan, sockets)
        self._released = False

    @property
    def holding(self) -> bool:
        """The probe is ready to leave, and waits for ``send``."""
        return self.phase is Phase.PAUSED and not self._released

    @property
    def released(self) -> bool:
        """``send`` was called."""
        return self._released

    def send(self) -> None:
        """Let the probe go, once it is ready."""
        if self.holding:
            self._released = True
            self.resume()

    def upcoming(self) -> list[Packet | Event]:
        """The packets, or the call, by which the probe will be sent, to the byte; empty where several turns decide.

        Their time is now. To be asked while ``holding``.
        """
        log = self.scan.captures.get(self.scan.columns.technique(0))
        if isinstance(log, Capture):
            now = time.time_ns()
            return [Packet(now, Origin.SCANNER, data, len(data), 1) for data in log.rebuilt(0, 1)]
        if isinstance(log, CallLog):
            row = np.array([(0, 1, time.time_ns(), 0, 0, False)], CALLS)[0]
            return list(log.events(row))
        return []

    def _checkpoint(self) -> bool:
        there = self.scan.hosts.state[0] != HostState.DOWN
        if self.scan.tally.round and there and not self._released:
            self._control.pause()
        return super()._checkpoint()
