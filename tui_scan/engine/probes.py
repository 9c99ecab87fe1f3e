"""A probe's identity: the keyed numbers it carries, by which its answer is known and its try is told."""

import os
import socket
from contextlib import ExitStack

import numpy as np
import numpy.typing as npt

from tui_scan.engine.mixing import mixed
from tui_scan.model.errors import LocalError

TRIES = 16
"""Source ports of a block: the try number is told from the port, so that a round trip is never ambiguous."""
_LOWEST, _HIGHEST = 61_000, 65_519
_ATTEMPTS = 256


class ProbeKeys:
    """Sequence numbers and identifications that only this scan could have written.

    Try number t (from 1) leaves from source port ``first_port + t - 1``.
    """

    def __init__(self, key: int, first_port: int) -> None:
        self._key = key
        self.first_port = first_port
        self.last_port = first_port + TRIES - 1

    def seq(self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint32]:
        """The sequence numbers of probes."""
        return (self._mix(cells, tries) >> np.uint64(32)).astype(np.uint32)

    def identification(
        self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int
    ) -> npt.NDArray[np.uint16]:
        """The IPv4 identifications of probes; never 0, which the kernel would replace."""
        return (self._mix(cells, tries) & np.uint64(0xFFFF)).astype(np.uint16) | np.uint16(1)

    def _mix(self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint64]:
        attempt = np.asarray(tries).astype(np.uint64)
        return mixed(cells.astype(np.uint64) * np.uint64(TRIES) + attempt, self._key)


class PortBlock:
    """A block of source ports held by bound sockets, so that no other program answers or is disturbed."""

    def __init__(self, family: int, kind: socket.SocketKind) -> None:
        self._domain = socket.AF_INET if family == 4 else socket.AF_INET6
        self._kind = kind
        self._held = ExitStack()
        self.first = self._take()

    def close(self) -> None:
        """Let the ports go."""
        self._held.close()

    def _take(self) -> int:
        for _ in range(_ATTEMPTS):
            first = _LOWEST + int.from_bytes(os.urandom(4)) % (_HIGHEST - _LOWEST + 1)
            with ExitStack() as held:
                try:
                    for port in range(first, first + TRIES):
                        sock = held.enter_context(socket.socket(self._domain, self._kind))
                        sock.bind(("", port))
                except OSError:
                    continue
                self._held = held.pop_all()
                return first
        raise LocalError(
            f"No {TRIES} neighbouring free source ports were found from {_LOWEST} up. Close programs that hold many "
            "ports."
        )
