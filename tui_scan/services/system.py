"""The services that this machine's own list names (services(5))."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tui_scan.model.techniques import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list: ``names`` holds the official name and then the aliases."""

    port: int
    names: tuple[str, ...]


@cache
def system_services(protocol: Protocol, path: Path = Path("/etc/services")) -> tuple[Entry, ...]:
    """The entries of one protocol in the order of the file; empty where there is no such file.

    Lines that do not follow services(5) are passed over.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    rows = (line.split("#", 1)[0].split() for line in lines)
    return tuple(Entry(int(port), (row[0], *row[2:])) for row in rows if (port := _port(row, protocol)))


def _port(row: list[str], protocol: Protocol) -> str | None:
    if len(row) < 2:
        return None
    port, _, name = row[1].partition("/")
    return port if name == protocol.value and port.isascii() and port.isdigit() else None
