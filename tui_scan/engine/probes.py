"""A probe's identity: the keyed numbers it carries, by which its answer is known and its try is told."""

import errno
import os
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import product

import numpy as np
import numpy.typing as npt

from tui_scan.engine.mixing import mixed
from tui_scan.model.errors import LocalError
from tui_scan.model.techniques import Protocol

TRIES = 16
"""The try number is told from the source port, so that a round trip is never ambiguous."""
CANARY_PORTS = 44
"""Further source ports, for probes of ports that are known to answer (see ``loops.flood_canaries``)."""
SOURCES = 3
"""Source ports of a try of a UDP scan: one for each payload that needs its own, and one for all others."""
NUMBERS = TRIES + CANARY_PORTS
"""The numbers a probe of a cell may have."""
_LOWEST, _HIGHEST = 61_000, 65_536 - NUMBERS
_ATTEMPTS = 256
_DISCARD = 9
"""A connected UDP socket takes datagrams of its peer alone (udp(7)); from this port none comes."""
_KINDS = {
    Protocol.TCP: (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    Protocol.UDP: (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    Protocol.SCTP: (socket.SOCK_STREAM, socket.IPPROTO_SCTP),
}


class ProbeKeys:
    """Sequence numbers and identifications that only this scan could have written.

    Try number t (from 1, to ``count``) leaves from source port ``first_port + t - 1``, so that the port tells the try.
    """

    tries_by_port = True

    def __init__(self, key: int, first_port: int, count: int = TRIES) -> None:
        self._key = key
        self.first_port, self.count = first_port, count
        self.last_port = first_port + count - 1

    def seq(self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint32]:
        """The sequence numbers of probes."""
        return (self._mix(cells, tries) >> np.uint64(32)).astype(np.uint32)

    def identification(
        self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int
    ) -> npt.NDArray[np.uint16]:
        """The IPv4 identifications of probes; never 0, which the kernel would replace."""
        return (self._mix(cells, tries) & np.uint64(0xFFFF)).astype(np.uint16) | np.uint16(1)

    def source_port(self, tries: int) -> int:
        """The port from which a try leaves."""
        return self.first_port + tries - 1

    def of_try(self, _tries: int) -> "ProbeKeys":
        """The keys by which answers to one try are told."""
        return self

    def is_own(self, ports: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
        """Which of these are source ports of probes."""
        own: npt.NDArray[np.bool_] = (ports >= self.first_port) & (ports <= self.last_port)
        return own

    def _mix(self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint64]:
        attempt = np.asarray(tries).astype(np.uint64)
        return mixed(cells.astype(np.uint64) * np.uint64(NUMBERS) + attempt, self._key)


class OnePortKeys(ProbeKeys):
    """The keys of try number ``tries`` where all tries leave from ``port``; of no use for the other tries."""

    tries_by_port = False

    def __init__(self, key: int, port: int, tries: int) -> None:
        super().__init__(key, port - tries + 1, tries)
        self._port = port

    def source_port(self, _tries: int) -> int:
        """The one port."""
        return self._port

    def of_try(self, tries: int) -> ProbeKeys:
        """The keys by which answers to one try are told."""
        return OnePortKeys(self._key, self._port, tries)

    def is_own(self, ports: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
        """Which of these are source ports of probes."""
        own: npt.NDArray[np.bool_] = ports == self._port
        return own


_SHORT = frozenset({errno.EMFILE, errno.ENFILE})
SHORT = (
    "This program may not open the {count} descriptors that hold its source ports. Raise 'ulimit -n', or close other "
    "programs."
)


class PortBlock:
    """A block of ``count`` source ports held by bound sockets, so that no other program answers or is disturbed.

    They are held for each of ``protocols`` that this machine's kernel speaks; nobody uses the others here. ``only``
    asks for a block of that one port. ``own_host`` says that this machine is among the targets: its kernel then answers
    for the held UDP ports too, as for all on which no program listens, and for the answers of the other targets.
    """

    def __init__(
        self,
        family: int,
        protocols: Iterable[Protocol],
        only: int | None = None,
        count: int = TRIES,
        *,
        own_host: bool = False,
    ) -> None:
        self._count, self._own_host = count, own_host
        self._domain = socket.AF_INET if family == 4 else socket.AF_INET6
        self._kinds = [kind for kind in map(_KINDS.__getitem__, protocols) if self._is_spoken(*kind)]
        self._held = ExitStack()
        self.first = self._take() if only is None else self._hold(only)
        self.last = self.first + count - 1 if only is None else only

    def close(self) -> None:
        """Let the ports go."""
        self._held.close()

    def _is_spoken(self, kind: socket.SocketKind, protocol: int) -> bool:
        try:
            socket.socket(self._domain, kind, protocol).close()
        except OSError as error:
            return error.errno not in (errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT)
        return True

    def _hold(self, port: int) -> int:
        """Hold one port; without the right to a low one nobody else here is likely to take it either (ip(7))."""
        for kind in self._kinds:
            sock = self._held.enter_context(socket.socket(self._domain, *kind))
            if kind[0] == socket.SOCK_STREAM:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self._bind(sock, port)
            except PermissionError:
                continue
            except OSError as error:
                self.close()
                raise in_use(port, error) from None
        return port

    def _bind(self, sock: socket.socket, port: int) -> None:
        sock.bind(("", port))
        if self._own_host and sock.type == socket.SOCK_DGRAM:
            sock.connect(("127.0.0.1" if self._domain == socket.AF_INET else "::1", _DISCARD))

    def _take(self) -> int:
        for _ in range(_ATTEMPTS):
            first = _LOWEST + int.from_bytes(os.urandom(4)) % (_HIGHEST - _LOWEST + 1)
            with ExitStack() as held:
                try:
                    for port, kind in product(range(first, first + self._count), self._kinds):
                        self._bind(held.enter_context(socket.socket(self._domain, *kind)), port)
                except OSError as error:
                    if error.errno in _SHORT:
                        raise LocalError(SHORT, count=self._count * len(self._kinds)) from None
                    continue
                self._held = held.pop_all()
                return first
        raise LocalError(
            "No {count} neighbouring free source ports were found from {lowest} up. Close programs that hold "
            "many ports.",
            count=self._count,
            lowest=_LOWEST,
        )


def in_use(port: int, error: OSError) -> LocalError:
    """Why the source port of -g cannot be had."""
    if error.errno == errno.EADDRINUSE:
        return LocalError(
            "A program of this machine uses port {port}, and would get the answers to probes that leave from "
            "it (-g). Choose another source port, or stop the program ('ss -tulnp' names it).",
            port=port,
        )
    return LocalError(
        "Source port {port} (-g) cannot be had here: {os}. Choose another.", port=port, os=os.strerror(error.errno or 0)
    )
