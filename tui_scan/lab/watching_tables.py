"""What a host's kernel says of a watched port in ``/proc/net``: entries of its TCP tables, and its counters."""

import time
from collections.abc import Iterator
from pathlib import Path

from tui_scan.local.proc_net import PROC_NET, read_table
from tui_scan.local.states import SocketState
from tui_scan.model.other_side import Counted, SeenSocket, Watched
from tui_scan.model.techniques import Protocol

COUNTERS = (
    "Tcp PassiveOpens",
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
    """Reads the TCP tables again and again, and keeps what was not there at the last reading."""

    def __init__(self, watched: Watched) -> None:
        self._port = watched.port if watched.protocol is Protocol.TCP else None
        self._known: set[tuple[str, ...]] = set()
        self._known = {entry[1:] for entry in self._read()}

    def fresh(self) -> Iterator[SeenSocket]:
        """The entries of the watched port that no reading had before, but for the listening sockets."""
        for entry in self._read():
            if entry[1:] not in self._known:
                self._known.add(entry[1:])
                yield SeenSocket(*entry)

    def _read(self) -> Iterator[tuple[int, str, str, str, str]]:
        for table in ("tcp", "tcp6") if self._port is not None else ():
            found = read_table(table)
            now = time.time_ns()
            for one in found:
                if one.local_port == self._port and one.state is not SocketState.LISTEN:
                    local, remote = (one.local_address, one.local_port), (one.remote_address, one.remote_port)
                    yield now, table, one.state.name, _end(*local), _end(*remote)


def _end(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


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
