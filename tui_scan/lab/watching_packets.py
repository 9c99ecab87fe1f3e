"""Which packets belong to a watched port, and a capture of them in the present network namespace."""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

from tui_scan.model.other_side import SeenPacket, Watched
from tui_scan.model.techniques import Protocol

_ALL_PROTOCOLS, _IPV4, _IPV6 = 0x0003, 0x0800, 0x86DD
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_BUFFER = 1 << 22
_MOST_BYTES = 65535
_ICMP, _ICMP6 = 1, 58
_ICMP_HEADER = 8
_IPV6_HEADER = 40
_EXTENSIONS = frozenset({0, 43, 60})
"""Hop-by-hop options, routing and destination options: each says its length in eights (RFC 8200 §4)."""
_FRAGMENT, _FRAGMENT_HEADER = 44, 8
_OFFSET = 0x1FFF
_ERRORS = {_ICMP: frozenset({3, 4, 5, 11, 12}), _ICMP6: frozenset(range(128))}
"""Types that quote the packet that they are about (RFC 1122 §3.2.2, RFC 4443 §2.1)."""


def kept_times() -> socket.socket:
    """A socket for whose sake the kernel notes the time of every packet, for as long as it is open.

    Without one, the first packets of a capture would have the time at which they were read: the kernel begins to note
    times a moment after it was asked to (net_enable_timestamp, net/core/dev.c).
    """
    silent = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    silent.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return silent


class PacketWatch:
    """Captures at every interface of this network namespace; the descriptor is readable when something is there."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._socket.fileno()

    def close(self) -> None:
        """End the capture."""
        self._socket.close()

    def take(self, watched: Watched) -> Iterator[SeenPacket]:
        """What has come and left since the last look, of what is watched."""
        with suppress(BlockingIOError):
            while True:
                data, ancillary, _flags, address = self._socket.recvmsg(_MOST_BYTES, 64)
                device, kind, packet_type = address[:3]
                data = cut(data) if kind in (_IPV4, _IPV6) else b""
                if data and belongs(data, watched):
                    yield SeenPacket(_time(ancillary), packet_type == socket.PACKET_OUTGOING, device, data.hex())


def _time(ancillary: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    raise OSError("the kernel gave no time for a captured packet")


def cut(data: bytes) -> bytes:
    """A packet without what stands behind its end, by the length in its header (RFC 791 §3.1, RFC 8200 §3)."""
    if data[:1] and data[0] >> 4 == 6:
        return data[: _IPV6_HEADER + int.from_bytes(data[4:6], "big")]
    return data[: int.from_bytes(data[2:4], "big")]


def belongs(data: bytes, watched: Watched) -> bool:
    """Whether a packet is of the watched protocol and port, or an ICMP error about one that is.

    A later fragment, which has no ports, belongs to the port if its protocol is the watched one.
    """
    found = carried(data)
    if found is None:
        return False
    number, start = found
    if number in _ERRORS and start is not None and data[start : start + 1] and data[start] in _ERRORS[number]:
        return belongs(data[start + _ICMP_HEADER :], watched)
    if watched.protocol is Protocol.IP:
        return number == watched.port
    if number != watched.protocol.number:
        return False
    if start is None:
        return True
    ports = data[start : start + 2], data[start + 2 : start + 4]
    return watched.port.to_bytes(2, "big") in ports


def carried(data: bytes) -> tuple[int, int | None] | None:
    """The protocol that an IP packet carries and where its header begins; None for the latter in a later fragment."""
    version = data[0] >> 4 if data else 0
    if version == 4 and len(data) >= 20:
        later = int.from_bytes(data[6:8], "big") & _OFFSET
        return data[9], None if later else 4 * (data[0] & 15)
    if version != 6 or len(data) < _IPV6_HEADER:
        return None
    number, start = data[6], _IPV6_HEADER
    while number in _EXTENSIONS and len(data) >= start + 2:
        number, start = data[start], start + 8 * (data[start + 1] + 1)
    if number == _FRAGMENT and len(data) >= start + _FRAGMENT_HEADER:
        later = int.from_bytes(data[start + 2 : start + 4], "big") >> 3
        return data[start], None if later else start + _FRAGMENT_HEADER
    return number, start
