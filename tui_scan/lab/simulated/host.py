"""A simulated host in its namespace: a packet socket, a clock, and the stack."""

import contextlib
import random
import select
import socket
import time
from collections import deque
from dataclasses import dataclass
from functools import partial

from tui_scan.lab import datagrams
from tui_scan.lab.links import Links
from tui_scan.lab.real_host import OUTER, set_kernel
from tui_scan.lab.simulated.stack import Stack
from tui_scan.lab.topology import HostSpec
from tui_scan.lab.watching import Witness

_ALL_PROTOCOLS = 0x0003
_RECEIVE_BUFFER_FORCED = 33
_BUFFER = 1 << 24
_MOST_WAITING = 1 << 17
_A_ROUND = 16


@dataclass
class SimulatedHost:
    """The inhabitant of a simulated host's namespace."""

    spec: HostSpec
    names: datagrams.Names

    @property
    def name(self) -> str:
        """The host's name."""
        return self.spec.name

    def announce(self) -> None:
        """Open the channel for those who ask what came to the host."""
        self._witness = Witness(self.spec)
        self._witness.announce()

    def prepare(self) -> None:
        """Keep the kernel's own stack silent: the namespace has no address."""
        set_kernel({"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"})

    def settle(self) -> None:
        """Open the packet socket on the link."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER_FORCED, _BUFFER)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._waiting: deque[tuple[bytes, float]] = deque(maxlen=_MOST_WAITING)
        Links().up(OUTER)
        self._socket.bind((OUTER, _ALL_PROTOCOLS))
        self._socket.setblocking(False)
        mac = self._socket.getsockname()[4]
        answer = partial(datagrams.answer, self.names)
        self._stack = Stack(self.spec, mac, answer, random.Random())

    def serve(self, parent: int) -> None:
        """Answer until the parent ends."""
        self._witness.serve()
        poll = select.epoll()
        poll.register(parent, select.EPOLLIN)
        poll.register(self._socket, select.EPOLLIN)
        while True:
            due = self._stack.next_due
            wait = -1.0 if due is None else max(0.0, due - time.monotonic())
            if self._waiting:
                wait = 0.0
            if any(descriptor == parent for descriptor, _events in poll.poll(wait)):
                return
            self._take()
            for _ in range(min(_A_ROUND, len(self._waiting))):
                self._stack.receive(*self._waiting.popleft())
            for frame in self._stack.due(time.monotonic()):
                # A full queue or a link that is going down loses the frame, as a wire would.
                with contextlib.suppress(OSError):
                    self._socket.send(frame)

    def _take(self) -> None:
        """Empty the kernel's small buffer first: reading is twenty times faster than answering."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(_MOST_WAITING):
                frame, address = self._socket.recvfrom(65535)
                if address[2] != socket.PACKET_OUTGOING:
                    self._waiting.append((frame, time.monotonic()))
