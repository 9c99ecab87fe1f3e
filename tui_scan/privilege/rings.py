"""Packet sockets with a receive ring, opened ahead and closed behind a scan: the kernel lets both wait for 10 ms."""

import ctypes
import mmap
import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import NamedTuple

from tui_scan.privilege.release import release

SLOT, WIDE_SLOT = 256, 2048
"""Bytes of a slot: enough for all that a TCP scan is sent, and for whole datagrams."""
SLOTS = {SLOT: 1 << 16, WIDE_SLOT: 1 << 14}
"""How many slots of a size a ring has: room for the answers of a whole flood, and of what is limited by errors."""
_BLOCK = 1 << 18
_SOL_PACKET = 263
_PACKET_VERSION, _PACKET_RX_RING, _TPACKET_V2 = 10, 5, 1

_libc = ctypes.CDLL(None, use_errno=True)


class PacketRing(NamedTuple):
    """A packet socket that receives nothing yet, and the memory of its ring: slots of ``slot`` bytes."""

    socket: socket.socket
    memory: mmap.mmap
    slot: int


class Rings:
    """Makes rings on sockets from ``open_socket`` (AF_PACKET, unbound), and takes them back."""

    def __init__(self, open_socket: Callable[[], socket.socket]) -> None:
        self._open_socket = open_socket
        self._opening: threading.Thread | None = None
        self._ready: PacketRing | BaseException | None = None
        self._closing: list[threading.Thread] = []
        self._parting = False

    def expect(self) -> None:
        """A ring will be wanted soon: open it in the background. The program ends with the scan that wants it."""
        self._parting = True
        self._opening = threading.Thread(target=self._open_ahead, name="ring-opener", daemon=True)
        self._opening.start()

    def take(self, slot: int = SLOT) -> PacketRing:
        """A ring with slots of this size, the expected one if that is one. Raises LocalError or OSError if none can be
        had."""
        if self._opening is None or slot != SLOT:
            return self._open(slot)
        self._opening.join()
        self._opening, ready = None, self._ready
        if isinstance(ready, PacketRing):
            return ready
        raise ready or OSError("no ring was opened")

    def give_back(self, ring: PacketRing) -> None:
        """Close a ring in the background; nothing may use its memory any more."""
        ring.memory.close()
        if self._parting and release(ring.socket):
            return
        closer = threading.Thread(target=ring.socket.close, name="ring-closer", daemon=True)
        closer.start()
        self._closing = [thread for thread in self._closing if thread.is_alive()] + [closer]

    def close(self) -> None:
        """Wait until what was given back is closed, and close what was expected in vain."""
        if self._opening is not None:
            self.give_back(self.take())
        for closer in self._closing:
            closer.join()

    def _open_ahead(self) -> None:
        try:
            self._ready = self._open(SLOT)
        except BaseException as error:
            self._ready = error

    def _open(self, slot: int) -> PacketRing:
        size = slot * SLOTS[slot]
        opened = self._open_socket()
        try:
            _set(opened, _PACKET_VERSION, struct.pack("i", _TPACKET_V2))
            _set(opened, _PACKET_RX_RING, struct.pack("IIII", _BLOCK, size // _BLOCK, slot, SLOTS[slot]))
            return PacketRing(opened, mmap.mmap(opened.fileno(), size), slot)
        except OSError:
            opened.close()
            raise


def _set(sock: socket.socket, option: int, value: bytes) -> None:
    """Like the method of the socket, which holds all threads up while the kernel waits."""
    if _libc.setsockopt(sock.fileno(), _SOL_PACKET, option, value, len(value)):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
