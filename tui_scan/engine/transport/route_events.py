"""What changes in the kernel's routes, own addresses and link addresses of neighbours, as it tells listeners."""

import socket
from typing import NamedTuple

from tui_scan.engine.transport.netlink import BUFFER, messages
from tui_scan.engine.transport.rtnetlink import NEWNEIGH, Hop, read_neighbour

_DELNEIGH = 29
_NEIGHBOURS = 3
_WAYS = (5, 7, 8, 9, 11, 19, 32)
"""Groups of rtnetlink(7) (RTNLGRP_... in linux/rtnetlink.h): addresses, routes and rules by family, next hops."""
_GROUPS = sum(1 << group - 1 for group in (_NEIGHBOURS, *_WAYS))


class Changes(NamedTuple):
    """``neighbours`` were told with these link addresses; ``ways``: a route, rule or own address is another one.

    ``lost``: the kernel told more than it could keep, so that all of it may be other than it was.
    """

    neighbours: dict[Hop, bytes]
    ways: bool
    lost: bool = False


class RouteEvents:
    """Listens in the calling thread's network namespace from now on; no privilege is needed."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._socket.bind((0, _GROUPS))

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def read(self) -> Changes:
        """What has changed since the last call."""
        neighbours: dict[Hop, bytes] = {}
        ways = lost = False
        while True:
            try:
                data = self._socket.recv(BUFFER)
            except BlockingIOError:
                return Changes(neighbours, ways, lost)
            except OSError:  # ENOBUFS
                ways = lost = True
                continue
            for kind, payload in messages(data):
                if kind != NEWNEIGH:
                    ways |= kind != _DELNEIGH
                elif (told := read_neighbour(payload)) is not None and told[1]:
                    neighbours[told[0]] = told[1]
