"""One scan: what was asked, its hosts and ports, the ledger, the packets; read by everyone, written by one thread."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import Capture
from tui_scan.engine.columns import Columns
from tui_scan.engine.hosts import Hosts
from tui_scan.engine.ledger import NO_RTT, NO_TTL, Ledger
from tui_scan.engine.packet_needs import check_packets, check_plan
from tui_scan.engine.progress import Progress
from tui_scan.engine.tally import Tally
from tui_scan.engine.third_party import check_third_parties, third_party_techniques
from tui_scan.model.discovery import PINGS, Aim, Asked, Ping
from tui_scan.model.errors import PrivilegeError, UsageError
from tui_scan.model.packets import Event, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.trace import Trace
from tui_scan.model.verdict import Verdict
from tui_scan.scope.plan import ScanPlan

MOST_CELLS = 1 << 26
MOST_HOSTS = 1 << 22

Watch = Callable[[bool, npt.NDArray[np.uint8], npt.NDArray[np.int64]], None]
"""Takes whether packets were sent, their bytes (a row each, zeros behind the end) and their times in nanoseconds."""


@dataclass(eq=False, repr=False)
class Scan:
    """A scan and all that it found. ``notes`` are sentences that a person should read.

    ``started_ns`` and ``finished_ns`` are CLOCK_REALTIME, 0 while it has not come to that. ``settling`` is the wish,
    which any thread may have, to wait no longer for hosts that limit their answers. ``hosts_known`` is set when
    it is known which hosts are up, as far as that is asked for. Where the ways to hosts are traced:
    ``watch`` is called by the scan's thread with each batch of discovery's packets, which no capture keeps.
    ``trials`` are scans of a few more ports, by which doubtful hosts were tested.
    ``found_by`` is the probe that found a host, by its number, ``traces`` its way, ``hop_names`` names of routers.
    """

    plan: ScanPlan
    hosts: Hosts
    columns: Columns
    ledger: Ledger
    tally: Tally
    captures: dict[Technique, Capture | CallLog] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    started_ns: int = 0
    finished_ns: int = 0
    settling: bool = False
    watch: Watch | None = None
    hosts_known: threading.Event = field(default_factory=threading.Event)
    trials: list["Scan"] = field(default_factory=list)
    found_by: dict[int, Asked] = field(default_factory=dict)
    traces: dict[int, Trace] = field(default_factory=dict)
    hop_names: dict[str, str] = field(default_factory=dict)

    @property
    def request(self) -> ScanRequest:
        """What was asked for."""
        return self.plan.request

    def verdict(self, host: int, column: int) -> Verdict:
        """What is known of one port of one host."""
        ledger, cell = self.ledger, self.ledger.cell(host, column)
        rtt, ttl = int(ledger.rtt_us[cell]), int(ledger.ttl[cell])
        return Verdict(
            address=self.hosts.address(host),
            protocol=self.columns.protocol(column),
            port=int(self.columns.port[column]),
            state=PortState(ledger.state[cell]),
            reason=Reason(ledger.reason[cell]),
            tries=int(ledger.tries[cell]),
            rtt_us=None if rtt == NO_RTT else rtt,
            ttl=None if ttl == NO_TTL else ttl,
            sender=ledger.sender.get(cell),
        )

    def exchange(self, host: int, column: int) -> list[Packet | Event]:
        """The packets, or the calls of an unprivileged scan, of one port, oldest first."""
        seen = self.captures.get(self.columns.technique(column))
        return list(seen.exchange(self.ledger.cell(host, column))) if seen else []

    def undecided(self, technique: Technique) -> bool:
        """Whether a port of this technique has no verdict, on a host that is not down."""
        states = self.ledger.state.reshape(self.ledger.hosts, self.ledger.columns)
        there = np.flatnonzero(self.hosts.state != HostState.DOWN)
        return bool((states[there][:, self.columns.of(technique)] == PortState.UNTRIED).any())

    def progress(self) -> Progress:
        """A snapshot of the counters; hosts that are down have no ports to settle."""
        there = self.hosts.state != HostState.DOWN
        cells = int(np.count_nonzero(there)) * self.ledger.columns
        untried = int(self.ledger.counts[there, PortState.UNTRIED].sum())
        return self.tally.snapshot(cells, cells - untried)


def default_techniques(request: ScanRequest, raw: bool) -> tuple[Technique, ...]:
    """The request's techniques, or SYN where raw sockets can be had (``raw``) or flags are asked for, else connect.

    Raises PrivilegeError where one is asked for that needs raw sockets and there are none, UsageError where
    flags are given to none that writes TCP segments.
    """
    _check_pings(request, raw)
    if request.aim is not Aim.PORTS:
        _refuse_ports(request)
        check_packets(request, (), raw)
        return ()
    flags = request.scan_flags is not None
    chosen = (
        third_party_techniques(request)
        or request.techniques
        or ((Technique.SYN,) if raw or flags else (Technique.CONNECT,))
    )
    if flags and not any(TECHNIQUES[t].protocol is Protocol.TCP and TECHNIQUES[t].needs_raw for t in chosen):
        raise UsageError(
            "--scanflags changes the segments of a TCP scan type that writes its own, and none is chosen. Add -sS, -sA "
            "or another of them, or leave --scanflags out."
        )
    for technique in chosen:
        info = TECHNIQUES[technique]
        if info.needs_raw and not raw:
            raise PrivilegeError(
                "The {title} scan ({option}) needs raw sockets, and this process may not open them (no "
                "CAP_NET_RAW). Run it with sudo, or use the connect scan (-sT), which needs no privilege.",
                title=info.title,
                option=info.option,
            )
    check_packets(request, chosen, raw)
    check_third_parties(request, chosen, raw)
    return chosen


def prepare(plan: ScanPlan, techniques: tuple[Technique, ...]) -> Scan:
    """Make the arrays for a plan; nothing is sent. Raises UsageError where it is too large for memory."""
    parts = [(t, plan.ports.for_protocol(TECHNIQUES[t].protocol)) for t in techniques]
    parts = [(technique, ports) for technique, ports in parts if ports]
    if techniques and not parts:
        raise UsageError("No port is left to scan: the ports that were given belong to no chosen scan type.")
    cells = plan.host_count * sum(len(ports) for _, ports in parts)
    if plan.host_count > MOST_HOSTS:
        raise UsageError(
            "{host_count:,} hosts are more than one scan holds ({most_hosts:,}). Scan in parts.",
            host_count=plan.host_count,
            most_hosts=MOST_HOSTS,
        )
    if cells > MOST_CELLS:
        raise UsageError(
            "{host_count:,} hosts and {ports:,} ports make {cells:,} probes; one scan holds {most_cells:,} "
            "at most. Scan fewer hosts or ports at a time.",
            host_count=plan.host_count,
            ports=cells // plan.host_count,
            cells=cells,
            most_cells=MOST_CELLS,
        )
    _refuse_twins(plan)
    notes = check_plan(plan)
    hosts = Hosts(plan.family, plan.ranges)
    columns = Columns(parts)
    scan = Scan(plan, hosts, columns, Ledger(hosts.count, columns.count), Tally(time.monotonic))
    for value, name in plan.names.items():
        host = int(hosts.find(hosts.wire_of(value))[0])
        if host >= 0:
            hosts.names[host] = name
    scan.notes.extend([*plan.notes, *notes])
    return scan


def _refuse_ports(request: ScanRequest) -> None:
    """A scan that stops at the hosts, or at their names, has no use for ports and scan types."""
    option = "-sn" if request.aim is Aim.HOSTS else "-sL"
    given = [TECHNIQUES[technique].option for technique in request.techniques]
    choices = {
        "-p": request.ports,
        "--exclude-ports": request.exclude_ports,
        "--top-ports (or -F)": request.top_ports,
        "--port-ratio": request.port_ratio,
    }
    given += [option for option, value in choices.items() if value is not None]
    if given:
        raise UsageError(
            "{option} scans no ports, so {given} has nothing to do. Leave one of them out.",
            option=option,
            given=given[0],
        )


def _check_pings(request: ScanRequest, raw: bool) -> None:
    """PrivilegeError for discovery probes that this process may not send."""
    if raw:
        return
    from tui_scan.engine.transport.echoes import allowed

    for info in dict.fromkeys(PINGS[one.ping] for one in request.discovery.asked):
        if info.needs_raw:
            raise PrivilegeError(
                "{title} ({option}) needs raw sockets, and this process may not open them (no CAP_NET_RAW). Run "
                "it with sudo, or ask by connect (-PS, -PA) or UDP (-PU), which need no privilege.",
                title=info.title,
                option=info.option,
            )
        if info.ping is Ping.ECHO and not allowed(request.family or 4):
            raise PrivilegeError(
                "ICMP echo (-PE) needs raw sockets (CAP_NET_RAW) or ping sockets, and this process may open neither. "
                "Run it with sudo, let net.ipv4.ping_group_range name one of your groups, or ask by connect (-PS)."
            )


def _refuse_twins(plan: ScanPlan) -> None:
    """An answer does not tell its interface, so one link-local address on two of them cannot be told apart."""
    ordered = sorted(plan.ranges, key=lambda r: r.first)
    for one, other in pairwise(ordered):
        if other.first <= one.last:
            raise UsageError(
                "The same link-local addresses are asked for on {zone} and on {other}; their answers look "
                "alike. Scan one interface after the other.",
                zone=one.zone,
                other=other.zone,
            )
