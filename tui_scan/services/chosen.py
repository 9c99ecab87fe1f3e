"""Whose names and frequencies a scan goes by."""

from tui_scan.scope.port_choice import ServiceNames


def services_of(directory: str | None) -> ServiceNames:
    """Those of nmap's files in ``directory`` (``--datadir``), the program's own for None.

    UsageError where the directory has no such files.
    """
    if directory is None:
        from tui_scan.services import names

        return names
    from tui_scan.services.nmap_files import NmapServices

    return NmapServices(directory)
