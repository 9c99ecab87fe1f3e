"""The scan's hosts as arrays: addresses, what is known of each host, and the way from an address to its index."""

import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from tui_scan.engine.mixing import mixed
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState

if TYPE_CHECKING:
    from tui_scan.engine.transport.rtnetlink import Route

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]


class Range(Protocol):
    """A run of addresses, as ``scope`` gives it: integers, both ends included."""

    @property
    def first(self) -> int:
        """The lowest address."""
        ...

    @property
    def last(self) -> int:
        """The highest address."""
        ...

    @property
    def zone(self) -> str | None:
        """The interface of a link-local address."""
        ...


class Hosts:
    """``count`` hosts of one address family, in ascending order of address.

    ``wire`` is their addresses in network byte order, uint8 of shape (count, 4) or (count, 16). ``state``
    and ``reason`` (uint8) say whether a host is up and why; ``ttl`` (uint8) and ``rtt_us`` (uint32, microseconds)
    are those of the answer by which discovery found it, 0 where they are not known; ``names`` holds reverse or typed
    names by index, ``macs`` hardware addresses of hosts on the link; ``worked`` (float64) counts the seconds of past
    turns. ``passed_over`` (bool) are those for which a router may have had no room, so that no probe reached them.
    ``routes`` keeps what the kernel was asked for once.
    """

    def __init__(self, family: int, ranges: Sequence[Range]) -> None:
        self.family = family
        self.width = 4 if family == 4 else 16
        ordered = sorted(ranges, key=lambda r: r.first)
        self.wire = np.concatenate([_wire(r.first, r.last, self.width) for r in ordered])
        self.count = len(self.wire)
        self.zones = [(r.first, r.last, r.zone) for r in ordered if r.zone]
        self.state = np.zeros(self.count, np.uint8)
        self.reason = np.zeros(self.count, np.uint8)
        self.ttl = np.zeros(self.count, np.uint8)
        self.rtt_us = np.zeros(self.count, np.uint32)
        self.worked = np.zeros(self.count)
        self.passed_over = np.zeros(self.count, np.bool_)
        self.routes: dict[int, Route] = {}
        self.names: dict[int, str] = {}
        self.macs: dict[int, str] = {}
        keys = _keys(self.wire)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def address(self, host: int) -> str:
        """The address of host number ``host`` as text, with its zone where it has one."""
        wire = self.wire[host].tobytes()
        if self.family == 4:
            return socket.inet_ntoa(wire)
        from ipaddress import IPv6Address

        text = str(IPv6Address(wire))
        value = self.integer(host)
        zone = next((zone for first, last, zone in self.zones if first <= value <= last), None)
        return f"{text}%{zone}" if zone else text

    def integer(self, host: int) -> int:
        """The address of host number ``host`` as an integer."""
        return int.from_bytes(self.wire[host].tobytes(), "big")

    def index(self, address: str) -> int:
        """The number of the host with this address; raises KeyError where the scan has none."""
        from ipaddress import ip_address

        packed = ip_address(address.partition("%")[0]).packed
        found = int(self.find(np.frombuffer(packed, np.uint8)[None, :])[0])
        if found < 0:
            raise KeyError(address)
        return found

    def wire_of(self, value: int) -> Bytes:
        """An address given as an integer, in network byte order, shape (1, 4) or (1, 16)."""
        return np.frombuffer(value.to_bytes(self.width, "big"), np.uint8)[None, :]

    def find(self, wire: Bytes) -> Index:
        """Host numbers of addresses, uint8 of shape (k, 4) or (k, 16); -1 where it is no host of the scan."""
        keys = _keys(wire)
        at = np.minimum(np.searchsorted(self._keys, keys), self.count - 1)
        host = self._order[at]
        same = self._keys[at] == keys
        if self.width == 16:  # where a key is not the address itself
            same &= (self.wire[host] == wire).all(axis=1)
        return np.where(same, host, -1)

    def mark(self, host: int, state: HostState, reason: Reason) -> None:
        """Record that a host is up or down."""
        self.state[host] = state
        self.reason[host] = reason


def _wire(first: int, last: int, width: int) -> Bytes:
    """The addresses first..last in network byte order, shape (n, width)."""
    count = last - first + 1
    base = first & 0xFFFF_FFFF_FFFF_FFFF if width == 16 else first
    high = first >> 64
    if width == 16 and (last >> 64) != high:
        split = ((high + 1) << 64) - 1
        return np.concatenate([_wire(first, split, width), _wire(split + 1, last, width)])
    if width == 4:
        low4 = (np.arange(count, dtype=np.uint64) + np.uint64(base)).astype(">u4")
        return low4.view(np.uint8).reshape(count, 4)
    out = np.empty((count, 16), np.uint8)
    out[:, :8] = np.frombuffer(high.to_bytes(8, "big"), np.uint8)
    low8 = (np.arange(count, dtype=np.uint64) + np.uint64(base)).astype(">u8")
    out[:, 8:] = low8.view(np.uint8).reshape(count, 8)
    return out


def _keys(wire: Bytes) -> npt.NDArray[np.uint64]:
    """A sortable 64-bit key an address; for IPv4 the address itself, for IPv6 both halves mixed.

    Two IPv6 hosts of one scan with equal keys would hide one another; mixing one half before the other is
    added makes that as unlikely as a random 64-bit collision.
    """
    solid = np.ascontiguousarray(wire)
    if wire.shape[1] == 4:
        return solid.view(">u4").reshape(len(solid)).astype(np.uint64)
    halves = solid.view(">u8").reshape(len(solid), 2).astype(np.uint64)
    keys: npt.NDArray[np.uint64] = mixed(halves[:, 0], 0) + halves[:, 1]
    return keys
