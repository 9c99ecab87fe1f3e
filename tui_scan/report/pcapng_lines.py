"""A scan's packets as lines of a pcapng file: each with a comment that says what it was for, and whose it is."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import Capture, packets_received
from tui_scan.engine.decoy_copies import decoy_copies, decoys_of
from tui_scan.engine.probes import TRIES
from tui_scan.engine.rowlog import View
from tui_scan.engine.scan import Scan
from tui_scan.engine.spool import Rows
from tui_scan.engine.watched import ARP, Shown
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

Numbers = npt.NDArray[np.int64]

_IP, _ARP = 0, 1
_OUT = frozenset({Origin.SCANNER, Origin.KERNEL})
_COOKED_HEAD = {True: b"\0\4\0\1\0\6", False: b"\0\0\0\1\0\6"}
"""What begins the header of a cooked capture: sent by us or to us, on Ethernet, by an address of six bytes."""

WHOSE = {
    Origin.SCANNER: "sent by this program",
    Origin.KERNEL: "sent by this machine's own kernel, which knows of no such exchange",
    Origin.TARGET: "from the target",
    Origin.ROUTER: "not from the target but from a router or a filter on the way",
    Origin.THIRD_PARTY: "from the zombie",
}
DECOY = "sent by this program in the name of a decoy, in the same call as the true probe; the time is that probe's"
GROUP = " and the ports asked together with it"
DISCOVERED = {
    True: "Discovery, a trace or a look at the zombie: sent by this program.",
    False: "Discovery, a trace or a look at the zombie: came in meanwhile.",
}


class Line(NamedTuple):
    """One packet as the file has it; ``link`` is the number of its interface."""

    packet: Packet
    out: bool
    comment: str
    link: int = _IP


class Stream(NamedTuple):
    """Packets of one kind: their times, and what gives some of them by their numbers, each as one line or more."""

    times_ns: Numbers
    lines: Callable[[Numbers], Iterator[list[Line]]]


def of_ports(scan: Scan) -> Iterator[Stream]:
    """What a scan sent and received for its ports, and for those by which it tested doubtful hosts."""
    for technique, capture in scan.captures.items():
        if not isinstance(capture, Capture):
            continue
        decoys = decoys_of(scan, technique)
        for log in capture.logs:
            view = log.view
            if view.parts:
                read = capture.packets_sent if log is capture.sent else packets_received
                yield Stream(
                    view.column("time_ns"),
                    partial(_port_lines, scan, technique, view, read, decoys if log is capture.sent else ()),
                )
    for trial in scan.trials:
        yield from of_ports(trial)


def _port_lines(
    scan: Scan,
    technique: Technique,
    view: View,
    read: Callable[[Rows], list[Packet]],
    decoys: Sequence[str],
    numbers: Numbers,
) -> Iterator[list[Line]]:
    rows = view.rows(numbers)
    cells, columns, ledger = rows["cell"], scan.columns, scan.ledger
    hosts = (cells // columns.count).tolist()
    address = {host: scan.hosts.address(host) for host in set(hosts)}
    info, group = TECHNIQUES[technique], GROUP if technique is Technique.IDLE else ""
    packets = read(rows)
    told = zip(
        packets,
        decoy_copies(packets, decoys),
        hosts,
        columns.port[cells % columns.count].tolist(),
        ledger.state[cells].tolist(),
        ledger.reason[cells].tolist(),
        strict=True,
    )
    for one, copies, host, port, state, reason in told:
        head = (
            f"{port}/{info.protocol}{group} on {address[host]} by the {info.title} scan, {_try_words(one.try_number)}: "
        )
        verdict = f"Verdict: {_STATES[state]} ({_REASONS[reason]})." if state else "No verdict yet."
        lines = [Line(one, one.origin in _OUT, f"{head}{WHOSE[one.origin]}. {verdict}")]
        lines += (Line(copy, True, f"{head}{DECOY}. {verdict}") for copy in copies)
        yield lines


_STATES = {int(state): state.label for state in PortState}
_REASONS = {int(reason): reason.label for reason in Reason}


def _try_words(number: int) -> str:
    if not number:
        return "try not known"
    return f"try {number}" if number <= TRIES else "a canary (asked again, to see whether answers still come)"


def of_discovery(shown: Shown) -> Stream:
    """What a scan showed of its discovery and traces, which belongs to no port."""

    def lines(numbers: Numbers) -> Iterator[list[Line]]:
        columns = (shown.lengths[numbers].tolist(), shown.times_ns[numbers].tolist())
        for row, length, time_ns in zip(shown.packets[numbers], *columns, strict=True):
            data, origin = row[:length].tobytes(), Origin.SCANNER if shown.out else Origin.TARGET
            arp = data.startswith(ARP)
            if arp:
                data, length = _cooked(data, shown.out), length + 16
            one = Packet(time_ns, origin, data, length)
            yield [Line(one, shown.out, DISCOVERED[shown.out], _ARP if arp else _IP)]

    return Stream(shown.times_ns, lines)


def _cooked(arp: bytes, out: bool) -> bytes:
    """An ARP packet behind the header of a cooked capture: direction, sender's link address, ARP's EtherType."""
    return _COOKED_HEAD[out] + arp[8:14] + bytes(2) + b"\x08\x06" + arp
