"""The packets of discovery and traces, which belong to no port: kept where somebody asks for all packets of a scan."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan

Bytes = npt.NDArray[np.uint8]
Times = npt.NDArray[np.int64]
ARP = bytes([0, 1, 8, 0, 6, 4])
"""How an ARP packet for IPv4 on Ethernet begins (RFC 826)."""
_ARP_LENGTH = 28
_IPV6_HEADER = 40


class Shown(NamedTuple):
    """Packets sent (``out``) or received together: a row each, ``lengths`` by their headers; times in nanoseconds."""

    out: bool
    packets: Bytes
    lengths: npt.NDArray[np.int64]
    times_ns: Times


class Watched:
    """Keeps what a scan shows to whoever watches it, and shows it to an earlier watcher too.

    ``most`` is how many packets it keeps, the first; None keeps all.
    """

    def __init__(self, scan: Scan, most: int | None = None) -> None:
        self._then, scan.watch = scan.watch, self._keep
        self._room = most
        self.shown: list[Shown] = []

    def _keep(self, out: bool, packets: Bytes, times_ns: Times) -> None:
        lengths = true_lengths(packets)
        full = self._room is not None and self._room < len(packets)
        if self._room is not None:
            self._room = 0 if full else self._room - len(packets)
        if len(packets) and not full:
            width = min(packets.shape[1], int(lengths.max()))
            self.shown.append(Shown(out, packets[:, :width].copy(), lengths, times_ns.copy()))
        if self._then is not None:
            self._then(out, packets, times_ns)


def true_lengths(packets: Bytes) -> npt.NDArray[np.int64]:
    """The lengths of packets by their headers (RFC 791 §3.1, RFC 8200 §3); an ARP packet has always the same."""
    wide = packets.astype(np.int64)
    four, six = wide[:, 2] << 8 | wide[:, 3], (wide[:, 4] << 8 | wide[:, 5]) + _IPV6_HEADER
    arp = (packets[:, : len(ARP)] == np.frombuffer(ARP, np.uint8)).all(axis=1)
    return np.where(arp, _ARP_LENGTH, np.where(packets[:, 0] >> 4 == 6, six, four))
