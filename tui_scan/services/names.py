"""Ports to service names and back, and which ports are open most often: the program's own knowledge.

The registry's names come first, then those of this machine's list. The module is a ``scope.port_choice.ServiceNames``.
"""

from functools import cache

from tui_scan.model.techniques import Protocol
from tui_scan.services.globs import matching
from tui_scan.services.ranking import Ranking, own_ranking
from tui_scan.services.registry import registered
from tui_scan.services.system import system_services


def service_name(protocol: Protocol, port: int, directory: str | None = None) -> str | None:
    """The name of the service assigned to a port, or of an IP protocol; None where it has none.

    A name tells what is usual there, and not what was found there. ``directory`` is that of ``--datadir``.
    """
    if directory is None:
        return _names(protocol).get(port)
    from tui_scan.services.nmap_files import NmapServices

    return NmapServices(directory).names(protocol).get(port)


def ports_of(name: str, protocol: Protocol) -> tuple[int, ...]:
    """The ports of a service name, alias or glob (``http*``, ``h?tp``), sorted; case does not matter.

    A name matches what ``service_name`` gives and the aliases of ``/etc/services`` and ``/etc/protocols``.
    """
    fits = matching(name)
    found = {port for port, known in _names(protocol).items() if fits(known)}
    found.update(entry.port for entry in system_services(protocol) if any(map(fits, entry.names)))
    return tuple(sorted(found))


def ranking(protocol: Protocol) -> Ranking:
    """Ports and the share of hosts on which they are open, the most frequent first."""
    return own_ranking(protocol)


@cache
def _names(protocol: Protocol) -> dict[int, str]:
    # The first line of a port in services(5) is its official one, so later lines must not replace it.
    listed: dict[int, str] = {}
    for entry in system_services(protocol):
        listed.setdefault(entry.port, entry.names[0])
    return listed | registered(protocol)
