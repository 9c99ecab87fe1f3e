"""Receiving: a TPACKET_V2 ring whose slots are read as one numpy matrix (packet_mmap in the kernel's documents)."""

import ctypes
import os
import select
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport import bpf
from tui_scan.privilege.rings import SLOT, Rings
from tui_scan.privilege.sockets import ETH_P_ALL

_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_PACKET_IGNORE_OUTGOING = 23
_HEADER = np.dtype(
    [
        ("status", "u4"),
        ("length", "u4"),
        ("captured", "u4"),
        ("mac", "u2"),
        ("net", "u2"),
        ("seconds", "u4"),
        ("nanoseconds", "u4"),
        ("vlan", "u4"),
        ("padding", "u4"),
        ("family", "u2"),
        ("protocol", "u2"),
        ("interface", "i4"),
        ("hardware", "u2"),
        ("packet_type", "u1"),
        ("address_length", "u1"),
        ("address", "u1", (8,)),
    ]
)
"""struct tpacket2_hdr and the struct sockaddr_ll behind it (linux/if_packet.h)."""
_DATA_AT = 80
"""Where a SOCK_DGRAM socket's ring puts the IP header: TPACKET2_HDRLEN aligned, and 16 bytes of room."""
SHORT = 64
"""The width for batches of short packets: resets and SYN-ACKs are no longer."""
OUTGOING = 4


class Received(NamedTuple):
    """A batch of captured packets: one row each.

    ``packets`` is uint8 of shape (n, 64) where all of them fit in that, else (n, slot - 80), from the IP header
    on, zeros beyond ``captured``; ``length`` is a packet's true length; ``times_ns`` CLOCK_REALTIME by the
    kernel; ``outgoing`` marks what this machine sent.
    """

    packets: npt.NDArray[np.uint8]
    captured: npt.NDArray[np.uint32]
    length: npt.NDArray[np.uint32]
    times_ns: npt.NDArray[np.int64]
    outgoing: npt.NDArray[np.bool_]


class Ring:
    """A capture on all interfaces of what passes a filter (see ``bpf``).

    ``socket`` is its packet socket, by which packets may be sent too. ``looped``: only what comes in is heard.
    """

    def __init__(self, rings: Rings, code: bytes, slot: int = SLOT, *, looped: bool = False) -> None:
        """``slot`` is one of the sizes of ``rings.SLOTS``; ``looped`` asks for what the kernel can since Linux 4.20."""
        self._rings, self._ring = rings, rings.take(slot)
        self.socket = self._ring.socket
        bpf.attach(self.socket, code)
        self.looped = looped and _ignores_outgoing(self.socket)
        self._slots = np.frombuffer(self._ring.memory, np.uint8).reshape(-1, self._ring.slot)
        self._status = self._slots[:, :4].view(np.uint32)[:, 0]
        self._head = 0
        self._poll = select.poll()
        self._poll.register(self.socket, select.POLLIN)
        bind_everywhere(self.socket)

    def wait(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds until a packet is there."""
        self._poll.poll(timeout * 1000)

    def drain(self) -> Iterator[Received]:
        """The packets that are there: one batch up to the ring's end, and one from its beginning on."""
        for _ in range(2):
            ready = self._ready()
            if not ready:
                return
            at_end = self._head + ready == len(self._slots)
            yield self._take(ready)
            if not at_end:
                return

    def _take(self, ready: int) -> Received:
        filled = self._slots[self._head : self._head + ready]
        header = filled[:, : _HEADER.itemsize].view(_HEADER)[:, 0]
        captured = header["captured"].copy()
        width = SHORT if captured.max() <= SHORT else self._ring.slot - _DATA_AT
        captured = np.minimum(captured, width)
        packets = filled[:, _DATA_AT : _DATA_AT + width].copy()
        _blank(packets, captured)
        times = header["seconds"].astype(np.int64) * 1_000_000_000 + header["nanoseconds"]
        received = Received(packets, captured, header["length"].copy(), times, header["packet_type"] == OUTGOING)
        self._status[self._head : self._head + ready] = 0
        self._head = (self._head + ready) % len(self._slots)
        return received

    def lost(self) -> int:
        """Packets the kernel could not put into the ring since the last call."""
        _, drops = struct.unpack("II", self.socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return int(drops)

    def close(self) -> None:
        """Give the ring back."""
        del self._status, self._slots
        self._rings.give_back(self._ring)

    def _ready(self) -> int:
        """How many slots from the head on the kernel has filled, up to the ring's end."""
        ready, look = 0, 64
        while len(part := self._status[self._head + ready : self._head + ready + look]):
            empty = np.flatnonzero((part & 1) == 0)
            if len(empty):
                return ready + int(empty[0])
            ready, look = ready + len(part), 2 * look
        return ready


def _blank(packets: npt.NDArray[np.uint8], captured: npt.NDArray[np.uint32]) -> None:
    """Zero what a slot's earlier packet left behind the end of the present one."""
    shortest, longest = int(captured.min()), int(captured.max())
    packets[:, longest:] = 0
    if shortest < longest:
        packets[:, shortest:longest][np.arange(shortest, longest) >= captured[:, None]] = 0


def _ignores_outgoing(sock: socket.socket) -> bool:
    """Whether the kernel lets a packet socket hear what comes in alone; from now on it does."""
    try:
        sock.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    except OSError:
        return False
    return True


def bind_everywhere(sock: socket.socket) -> None:
    """Receive every protocol on every interface; Python's own ``bind`` takes no packet socket without a name."""
    address = struct.pack("=HHiHBB8x", socket.AF_PACKET, socket.htons(ETH_P_ALL), 0, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).bind(sock.fileno(), address, len(address)):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
