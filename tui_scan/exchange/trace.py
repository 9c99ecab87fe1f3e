"""Every packet of a running scan as one line: nmap's ``--packet-trace``."""

import socket
from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import Capture, packets_received
from tui_scan.engine.decoy_copies import decoy_copies, decoys_of
from tui_scan.engine.rowlog import RowLog
from tui_scan.engine.scan import Scan
from tui_scan.engine.spool import Rows
from tui_scan.exchange.arp import ARP, LENGTH, arp_words
from tui_scan.exchange.decode import decode
from tui_scan.exchange.steps import Direction
from tui_scan.exchange.text import step_words
from tui_scan.model.packets import Event, Origin, Packet

MOST = 10_000
"""Packets that are told of one scan: telling one takes longer than sending it."""

_PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6", 132: "SCTP"}
_WITH_PORTS = frozenset({6, 17, 132})
_OFFSET = 0x1FFF
"""Of an IPv4 fragment: only the first has ports."""

_IP_OPTIONS = {1: "nop", 7: "record-route", 68: "timestamp", 131: "loose-route", 137: "strict-route"}
"""Names of IPv4's options by type (RFC 791 §3.1)."""


class Trace:
    """Tells what was captured since it was last asked, and what left with it in the name of decoys, though each time in
    another order; made before the scan starts."""

    def __init__(self, scan: Scan, most: int = MOST) -> None:
        self._scan, self._left = scan, most
        self._seen: dict[RowLog, int] = {}
        self._watched: deque[Packet] = deque()
        scan.watch = self._watch

    def lines(self) -> list[str]:
        """A line for each new packet or call, oldest first; one says when no more will come."""
        if not self._left:
            return []
        found = sorted(self._new(), key=lambda item: item[1].time_ns)
        told = [self._line(cell, item) for cell, item in found[: self._left]]
        self._left -= len(told)
        if not self._left:
            told.append("That was the last packet that is told; the scan goes on. -oJ has the packets of every port.")
        return told

    def _watch(self, out: bool, packets: npt.NDArray[np.uint8], times_ns: npt.NDArray[np.int64]) -> None:
        """Keep discovery's packets until the next look; in the scan's thread."""
        origin = Origin.SCANNER if out else Origin.TARGET
        for row, time_ns in zip(packets[: max(0, self._left - len(self._watched))], times_ns.tolist(), strict=False):
            data = whole(row.tobytes())
            self._watched.append(Packet(time_ns, origin, data, len(data)))

    def _new(self) -> Iterator[tuple[int, Packet | Event]]:
        yield from ((0, self._watched.popleft()) for _ in range(len(self._watched)))
        for technique, log in list(self._scan.captures.items()):
            if isinstance(log, Capture):
                rows = [self._rows(part) for part in log.logs]
                sent = log.packets_sent(rows[0])
                cells = [cell for part in rows for cell in part["cell"].tolist()]
                yield from zip(
                    cells, [*sent, *(one for part in rows[1:] for one in packets_received(part))], strict=True
                )
                beside = decoy_copies(sent, decoys_of(self._scan, technique))
                yield from ((cell, copy) for cell, copies in zip(cells, beside, strict=False) for copy in copies)
            elif isinstance(log, CallLog):
                yield from ((int(row["cell"]), event) for row in self._rows(log.log) for event in log.events(row))

    def _rows(self, log: RowLog) -> Rows:
        seen = self._seen.get(log, 0)
        rows = log.since(seen, self._left)
        self._seen[log] = seen + len(rows)
        return rows

    def _line(self, cell: int, item: Packet | Event) -> str:
        at = f"({max(0, item.time_ns - self._scan.started_ns) / 1e9:.4f}s)"
        if isinstance(item, Event):
            verdict = self._scan.verdict(*divmod(cell, self._scan.ledger.columns))
            target = f"{_end(verdict.address, verdict.port)}/{verdict.protocol}"
            return " ".join(filter(None, ("CALL", at, target, item.call, item.result, item.detail)))
        if item.data.startswith(ARP):
            return f"{'SENT' if item.origin is Origin.SCANNER else 'RCVD'} {at} {arp_words(item.data)}"
        step = decode(item, None)
        way = "SENT" if step.direction is Direction.OUT else "RCVD"
        from_to = ends(item.data)
        words = step_words(step).removeprefix(f"{from_to.partition(' ')[0]} ").replace(f" from {step.sender}", "", 1)
        return "  ".join(filter(None, (f"{way} {at} {from_to} {words}", ip_words(item.data))))


def whole(data: bytes) -> bytes:
    """A packet without what stands behind its end, by the length in its header (RFC 791 §3.1, RFC 8200 §3)."""
    if data.startswith(ARP):
        return data[:LENGTH]
    six = data[:1] and data[0] >> 4 == 6
    return data[: int.from_bytes(data[4:6]) + 40 if six else int.from_bytes(data[2:4])]


def ends(data: bytes) -> str:
    """``TCP 10.0.0.1:40000 > 10.0.0.2:22`` of a packet that begins with its IP header; empty where it has none."""
    version = data[0] >> 4 if data else 0
    if version == 4 and len(data) >= 20:
        family, protocol, start = socket.AF_INET, data[9], 4 * (data[0] & 15)
        source, target = data[12:16], data[16:20]
        start = len(data) if int.from_bytes(data[6:8]) & _OFFSET else start
    elif version == 6 and len(data) >= 40:
        family, protocol, start = socket.AF_INET6, data[6], 40
        source, target = data[8:24], data[24:40]
    else:
        return ""
    ports: tuple[int | None, int | None] = (None, None)
    if protocol in _WITH_PORTS and len(data) >= start + 4:
        ports = (int.from_bytes(data[start : start + 2]), int.from_bytes(data[start + 2 : start + 4]))
    texts = (_end(socket.inet_ntop(family, end), port) for end, port in zip((source, target), ports, strict=True))
    return f"{_PROTOCOLS.get(protocol, f'protocol {protocol}')} {' > '.join(texts)}"


def ip_words(data: bytes) -> str:
    """``id=4711 iplen=44`` of an IPv4 header, and which options it has (RFC 791 §3.1); of IPv6 the length alone."""
    version = data[0] >> 4 if data else 0
    if version == 6 and len(data) >= 40:
        return f"iplen={int.from_bytes(data[4:6]) + 40}"
    if version != 4 or len(data) < 20:
        return ""
    words = f"id={int.from_bytes(data[4:6])} iplen={int.from_bytes(data[2:4])}"
    options = ",".join(_options(data[20 : 4 * (data[0] & 15)]))
    return f"{words} ip-options={options}" if options else words


def _options(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data) and data[at]:
        yield _IP_OPTIONS.get(data[at], str(data[at]))
        length = 1 if data[at] == 1 else data[at + 1] if at + 1 < len(data) else 0
        if not length:
            return
        at += length


def _end(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
