"""The services and protocols that this machine's own lists name (services(5), protocols(5))."""

from functools import cache
from os import PathLike
from typing import NamedTuple

from tui_scan.model.techniques import Protocol
from tui_scan.services.tables import rows

SERVICES, PROTOCOLS = "/etc/services", "/etc/protocols"


class Entry(NamedTuple):
    """One line of a list: ``names`` holds the official name and then the aliases."""

    port: int
    names: tuple[str, ...]


@cache
def system_services(protocol: Protocol, path: str | PathLike[str] | None = None) -> tuple[Entry, ...]:
    """The entries of one protocol in the order of the file; empty where there is no such file.

    For IP these are the protocol numbers of protocols(5). Lines that follow no such format are passed over.
    """
    listed = path or (PROTOCOLS if protocol is Protocol.IP else SERVICES)
    try:
        found = list(rows(listed))
    except OSError:
        return ()
    return tuple(Entry(port, (row[0], *row[2:])) for row in found if (port := _port(row, protocol)) is not None)


def _port(row: list[str], protocol: Protocol) -> int | None:
    if len(row) < 2:
        return None
    port, _, name = row[1].partition("/")
    fits = name == ("" if protocol is Protocol.IP else protocol.value)
    return int(port) if fits and port.isascii() and port.isdigit() else None
