"""What a host's kernel says of watched packets: the state of their TCP sockets, and counters of ``/proc/net``."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from tui_scan.lab.watching_packets import carried
from tui_scan.local.netlink import HEADER, SOCK_DIAG_BY_FAMILY
from tui_scan.local.proc_net import PROC_NET
from tui_scan.local.states import STATES_BY_NUMBER, SocketState
from tui_scan.model.other_side import Counted, SeenPacket, SeenSocket, Watched
from tui_scan.model.techniques import Protocol

_NETLINK_SOCK_DIAG, _REQUEST, _NO_COOKIE = 4, 1, (1 << 64) - 1
_ASKED = struct.Struct("=BBBxI2s2s16s16sIQ")
_STATE_AT = HEADER.size + 1
_EVERY_STATE = 0xFFFF
_MOST_ENDS = 16
"""Connections that are asked for again and again."""

OPENED = "Tcp PassiveOpens"
"""Counts the handshakes that were finished with a listener."""

COUNTERS = (
    OPENED,
    "Tcp OutRsts",
    "TcpExt EmbryonicRsts",
    "Udp InDatagrams",
    "Udp NoPorts",
    "Udp6InDatagrams",
    "Udp6NoPorts",
    "Icmp OutDestUnreachs",
    "Icmp6OutDestUnreachs",
)
"""Those that tell of probes, by their names in ``snmp``, ``netstat`` (both IP versions for TCP) and ``snmp6``."""


class SocketWatch:
    """Asks the kernel for the very sockets of watched TCP packets, by sock_diag(7), and keeps each change of state.

    To read ``/proc/net/tcp`` would take longer than most of these sockets live: the kernel looks through all of its
    hash table for that, but goes straight to a socket whose ends are named.
    """

    def __init__(self, watched: Watched) -> None:
        self._port = watched.port.to_bytes(2, "big") if watched.protocol is Protocol.TCP else b""
        self._kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)
        self._ends: dict[bytes, tuple[str, str, str]] = {}
        self._states: dict[bytes, SocketState | None] = {}

    def close(self) -> None:
        """Ask no more."""
        self._kernel.close()

    def meet(self, seen: SeenPacket) -> None:
        """From now on ask for the socket of this packet, if it is a segment to or from the watched port."""
        data = seen.data
        found = carried(data)
        if not self._port or len(self._ends) >= _MOST_ENDS or found is None:
            return
        number, start = found
        if number != socket.IPPROTO_TCP or start is None or len(data) < start + 4:
            return
        six = data[0] >> 4 == 6
        one, other = (data[8:24], data[24:40]) if six else (data[12:16], data[16:20])
        source, target = (one, data[start : start + 2]), (other, data[start + 2 : start + 4])
        own, peer = (source, target) if seen.sent else (target, source)
        if own[1] == self._port:
            self._add(socket.AF_INET6 if six else socket.AF_INET, own, peer)

    def _add(self, family: int, own: tuple[bytes, bytes], peer: tuple[bytes, bytes]) -> None:
        ends = (own[1], peer[1], own[0], peer[0])
        asked = _ASKED.pack(family, socket.IPPROTO_TCP, 0, _EVERY_STATE, *ends, 0, _NO_COOKIE)
        request = HEADER.pack(HEADER.size + len(asked), SOCK_DIAG_BY_FAMILY, _REQUEST, 1, 0) + asked
        table = "tcp6" if family == socket.AF_INET6 else "tcp"
        self._ends.setdefault(request, (table, _end(family, *own), _end(family, *peer)))

    def fresh(self) -> Iterator[SeenSocket]:
        """The sockets whose state is another one than when they were last asked for; that of a listener is none."""
        for request, names in self._ends.items():
            state = self._ask(request)
            if state is not self._states.get(request):
                self._states[request] = state
                if state is not None:
                    table, local, remote = names
                    yield SeenSocket(time.time_ns(), table, state.name, local, remote)

    def _ask(self, request: bytes) -> SocketState | None:
        """The state of a socket; None where there is none, or the listener alone."""
        with contextlib.suppress(OSError):
            self._kernel.sendto(request, (0, 0))
            told = self._kernel.recv(1 << 15)
            if HEADER.unpack_from(told)[1] == SOCK_DIAG_BY_FAMILY:
                state = STATES_BY_NUMBER.get(told[_STATE_AT])
                return None if state is SocketState.LISTEN else state
        return None


def _end(family: int, address: bytes, port: bytes) -> str:
    text, number = socket.inet_ntop(family, address), int.from_bytes(port, "big")
    return f"[{text}]:{number}" if family == socket.AF_INET6 else f"{text}:{number}"


def counters() -> dict[str, int]:
    """The counters of ``COUNTERS`` that this kernel has."""
    found: dict[str, int] = {}
    for name in ("snmp", "netstat"):
        lines = Path(PROC_NET, name).read_text("ascii").splitlines()
        for names, values in zip(lines[::2], lines[1::2], strict=True):
            group = names.partition(":")[0]
            pairs = zip(names.split()[1:], values.split()[1:], strict=True)
            found |= {f"{group} {key}": int(value) for key, value in pairs}
    for line in Path(PROC_NET, "snmp6").read_text("ascii").splitlines():
        key, value = line.split()
        found[key] = int(value)
    return {name: found[name] for name in COUNTERS if name in found}


def differences(before: dict[str, int], after: dict[str, int]) -> tuple[Counted, ...]:
    """The counters that went up."""
    return tuple(Counted(name, after[name] - value) for name, value in before.items() if after[name] > value)
