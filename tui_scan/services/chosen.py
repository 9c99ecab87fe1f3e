"""Whose names and frequencies a scan goes by."""

from collections.abc import Iterable, Mapping

from tui_scan.model.techniques import Protocol
from tui_scan.scope.port_choice import ServiceNames


class OwnServices:
    """The program's own, loaded when they are asked for: most scans name their ports by numbers."""

    def ports_of(self, name: str, protocol: Protocol) -> Iterable[int]:
        """The ports of a name or glob."""
        from tui_scan.services import names

        return names.ports_of(name, protocol)

    def ranking(self, protocol: Protocol) -> Mapping[int, float]:
        """Ports and the share of hosts on which they are open, the most frequent first."""
        from tui_scan.services import names

        return names.ranking(protocol)


def services_of(directory: str | None) -> ServiceNames:
    """Those of nmap's files in ``directory`` (``--datadir``), the program's own for None.

    UsageError where the directory has no such files.
    """
    if directory is None:
        return OwnServices()
    from tui_scan.services.nmap_files import NmapServices

    return NmapServices(directory)
