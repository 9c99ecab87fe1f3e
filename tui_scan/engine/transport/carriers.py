"""Which interfaces lose their carrier meanwhile: rtnetlink(7) tells whoever listens for changes of links."""

import errno
import socket
import struct

_NEWLINK = 16
_LINK_GROUP = 1
_IFF_RUNNING = 0x40
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BBHiII")
_BUFFER = 1 << 16


class Carriers:
    """Listens in the calling thread's network namespace from now on.

    ``lost`` are the numbers of interfaces without carrier, of those that changed; ``changed`` all that had none at
    some time since it was last emptied.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._socket.bind((0, _LINK_GROUP))
        self.lost: set[int] = set()
        self.changed: set[int] = set()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def look(self) -> None:
        """Take note of what has come since the last look."""
        while True:
            try:
                self._read(self._socket.recv(_BUFFER))
            except BlockingIOError:
                return
            except OSError as error:
                # Too many changes at once for the socket's buffer: those that follow are told again.
                if error.errno != errno.ENOBUFS:
                    raise

    def _read(self, messages: bytes) -> None:
        at = 0
        while at + _HEADER.size <= len(messages):
            size, kind, *_ = _HEADER.unpack_from(messages, at)
            if kind == _NEWLINK:
                _, _, _, interface, flags, _ = _LINK.unpack_from(messages, at + _HEADER.size)
                if flags & _IFF_RUNNING:
                    self.lost.discard(interface)
                else:
                    self.lost.add(interface)
                    self.changed.add(interface)
            at += (max(size, _HEADER.size) + 3) & ~3
