"""Ports to service names and back: the registry's names first, then those of this machine's list."""

from fnmatch import fnmatchcase
from functools import cache

from tui_scan.model.techniques import Protocol
from tui_scan.services.protocols import HIGHEST, system_protocols
from tui_scan.services.registry import registered
from tui_scan.services.system import Entry, system_services

_WELL_KNOWN = range(1, 1025)


def service_name(protocol: Protocol, port: int) -> str | None:
    """The name of the service assigned to a port, or of an IP protocol; None where it has none.

    A name tells what is usual there, and not what was found there.
    """
    return _names(protocol).get(port)


def ports_of(name: str, protocol: Protocol) -> tuple[int, ...]:
    """The ports of a service name, alias or glob (``http*``, ``?``, ``[ab]``), sorted; case does not matter.

    A name matches what ``service_name`` gives and the aliases of ``/etc/services`` and ``/etc/protocols``.
    """
    glob = name.lower()
    found = {port for port, known in _names(protocol).items() if fnmatchcase(known.lower(), glob)}
    for entry in _listed(protocol):
        if any(fnmatchcase(known.lower(), glob) for known in entry.names):
            found.add(entry.port)
    return tuple(sorted(found))


def default_ports(protocol: Protocol) -> tuple[int, ...]:
    """The ports scanned where none are asked for: 1 to 1024 and every port of the registry's table.

    Of SCTP, which few ports are assigned to, those alone; of IP all protocols.
    """
    if protocol is Protocol.IP:
        return tuple(range(HIGHEST + 1))
    if protocol is Protocol.SCTP:
        return tuple(sorted({*registered(protocol), *(entry.port for entry in system_services(protocol))}))
    return tuple(sorted({*_WELL_KNOWN, *registered(protocol)}))


def _listed(protocol: Protocol) -> tuple[Entry, ...]:
    """What this machine's lists say."""
    return system_protocols() if protocol is Protocol.IP else system_services(protocol)


@cache
def _names(protocol: Protocol) -> dict[int, str]:
    # The first line of a port in services(5) is its official one, so later lines must not replace it.
    listed: dict[int, str] = {}
    for entry in _listed(protocol):
        listed.setdefault(entry.port, entry.names[0])
    return listed | registered(protocol)
