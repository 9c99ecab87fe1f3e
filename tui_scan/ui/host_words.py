"""How a host is called: its address, and its name where one is known."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first picture does not need numpy
    from tui_scan.engine.hosts import Hosts


def host_words(hosts: "Hosts", host: int) -> str:
    """``10.77.0.2 (linux.lab)``, or the address alone."""
    name = hosts.names.get(host)
    return f"{hosts.address(host)} ({name})" if name else hosts.address(host)
